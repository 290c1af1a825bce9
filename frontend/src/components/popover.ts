/** Places a popover at the button that opens it. */

const GAP_PX = 4;

/** Show a popover below a button, or above if there is no room, with their right edges aligned. */
export function showBelow(popover: HTMLElement, button: HTMLElement) {
  const around = button.getBoundingClientRect();
  popover.showPopover();
  const { offsetHeight: height, offsetWidth: width, style } = popover;
  const below = around.bottom + GAP_PX;
  const above = around.top - GAP_PX - height;
  style.top = `${below + height > innerHeight && above > 0 ? above : below}px`;
  style.left = `${Math.max(GAP_PX, around.right - width)}px`;
}
