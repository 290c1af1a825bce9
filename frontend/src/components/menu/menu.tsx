/** A button that opens a list of actions. */

import type { KeyboardEvent } from "react";
import { Icon, type IconName } from "../icon";
import "./menu.css";
import { usePopover } from "./popover";

export type MenuItem = {
  label: string;
  icon: IconName;
  onSelect: () => void;
  isDanger?: boolean;
};

export function Menu({ label, items }: { label: string; items: MenuItem[] }) {
  const { panel, close, buttonProps, panelProps } = usePopover<HTMLDivElement>(() => focusItem(0));

  function focusItem(index: number) {
    const all = panel.current?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? [];
    all[(index + all.length) % all.length]?.focus();
  }

  function move(event: KeyboardEvent) {
    const all = [...(panel.current?.querySelectorAll("[role=menuitem]") ?? [])];
    const at = all.indexOf(document.activeElement as Element);
    const target = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (event.key === "Tab") close();
    if (target === undefined) return;
    event.preventDefault();
    focusItem(target);
  }

  return (
    <>
      <button
        {...buttonProps}
        type="button"
        className="menu-button"
        aria-label={label}
        aria-haspopup="menu"
      >
        <Icon name="more" />
      </button>
      <div {...panelProps} className="menu" role="menu" aria-label={label} onKeyDown={move}>
        {items.map((item) => (
          <button
            key={item.label}
            type="button"
            role="menuitem"
            tabIndex={-1}
            className={item.isDanger ? "danger" : undefined}
            onClick={() => {
              // The focus is back on the button before a dialog opens, which returns it there.
              close();
              item.onSelect();
            }}
          >
            <Icon name={item.icon} /> {item.label}
          </button>
        ))}
      </div>
    </>
  );
}
