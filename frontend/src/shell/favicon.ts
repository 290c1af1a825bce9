/** The icon of the tab, with the number of things that need attention. */

const COUNT_MAX = 9;

/** Show a number in the icon; none if it is 0. */
export function showCount(count: number) {
  const link = document.querySelector<HTMLLinkElement>("link[rel=icon]");
  if (!link) return;
  link.dataset.plain ??= link.href;
  link.href = count
    ? iconWith(count > COUNT_MAX ? `${COUNT_MAX}+` : String(count))
    : link.dataset.plain;
}

/** The logo (see icon.svg) with a badge. */
function iconWith(text: string): string {
  const logo =
    '<rect width="32" height="32" rx="8" fill="#3b5bdb"/><g fill="#fff">' +
    '<rect x="7" y="7" width="8" height="8" rx="2"/><rect x="7" y="17" width="8" height="8" rx="2"/></g>';
  const badge =
    '<circle cx="21" cy="11" r="11" fill="#b42329"/>' +
    '<text x="21" y="16" fill="#fff" font-family="sans-serif" font-weight="700" ' +
    `font-size="${text.length > 1 ? 13 : 15}" text-anchor="middle">${text}</text>`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">${logo}${badge}</svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
