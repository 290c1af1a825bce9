/** The icons, drawn on a grid of 16 units. They accompany text and are hidden from screen readers. */

const PATHS = {
  alert: "M8 2.4 14.2 13H1.8zM8 6.6v2.8m0 1.8v.2",
  ban: "M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2M4 12l8-8",
  bookmark: "M4.2 2.6h7.6v11L8 10.6l-3.8 3z",
  calendar: "M2.6 4h10.8v9.4H2.6zM2.6 7h10.8M5.4 2.4V5m5.2-2.6V5",
  check: "M2.8 8.6 6.4 12l6.8-7.6",
  clock: "M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2M8 5v3.2l2 1.4",
  code: "M5.6 4.4 2 8l3.6 3.6m4.8-7.2L14 8l-3.6 3.6",
  copy: "M5.4 5.4h7.8v7.8H5.4zM10.6 5.2V2.8H2.8v7.8h2.4",
  cross: "m4 4 8 8m0-8-8 8",
  drain: "M8 2.6v7.2m-3-3 3 3 3-3M3 13.2h10",
  edit: "m10.4 3 2.6 2.6L5.8 12.8 2.8 13.2l.4-3zM9 4.4 11.6 7",
  home: "M2.4 7.6 8 2.8l5.6 4.8M4 6.6v6.6h8V6.6",
  key: "M10.6 2.6a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6M8.6 7.4 2.8 13.2m2-2 1.6 1.6",
  layers: "m8 2.4 6 3.2-6 3.2-6-3.2zM2.4 8.4 8 11.4l5.6-3M2.4 11 8 14l5.6-3",
  ledger: "M3.4 2.4h9.2v11.2H3.4zM5.8 5h4.4M5.8 9.6 7.2 11l3-3",
  list: "M2.6 4.2h10.8M2.6 8h10.8M2.6 11.8h10.8",
  more: "M3.4 8h.1m4.5 0h.1m4.5 0h.1",
  pause: "M5.2 3.5v9m5.6-9v9",
  play: "M5 3.2v9.6L12.6 8z",
  plus: "M8 3v10M3 8h10",
  activity: "M1.8 8.4h3l2-5 2.6 9.4 2-4.4h2.8",
  repeat: "M3 7.4a5 5 0 0 1 8.8-2.6L13 6m0-3.4V6H9.6M13 8.6a5 5 0 0 1-8.8 2.6L3 10m0 3.4V10h3.4",
  search: "M7 2.8a4.2 4.2 0 1 0 0 8.4 4.2 4.2 0 0 0 0-8.4m3.2 7.4 3.4 3.4",
  server: "M2.6 3h10.8v4H2.6zm0 6h10.8v4H2.6zM5 5h.1M5 11h.1",
  skip: "M3.4 3.6 9 8l-5.6 4.4zM11.6 3.6v8.8",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg className={`icon icon-${name}`} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
