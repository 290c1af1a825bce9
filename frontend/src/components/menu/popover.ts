/** A button that opens a popover below itself. */

import { type MouseEvent, type ToggleEvent, useId, useRef, useState } from "react";

const GAP_PX = 4;

/**
 * The state of a popover, and the attributes of its button and its panel.
 *
 * `focusFirst` moves the focus into the panel, which is open by then. `close` returns it to the
 * button.
 */
export function usePopover<Panel extends HTMLElement>(focusFirst: (panel: Panel) => void) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const panel = useRef<Panel>(null);
  const [isOpen, setIsOpen] = useState(false);

  function open() {
    if (!panel.current || !button.current) return;
    showBelow(panel.current, button.current);
    focusFirst(panel.current);
  }

  function close() {
    panel.current?.hidePopover();
    button.current?.focus();
  }

  function toggle(event: MouseEvent) {
    event.preventDefault();
    if (isOpen) close();
    else open();
  }

  return {
    button,
    panel,
    isOpen,
    close,
    buttonProps: {
      ref: button,
      "aria-expanded": isOpen,
      "aria-controls": id,
      popoverTarget: id,
      onClick: toggle,
    },
    panelProps: {
      ref: panel,
      id,
      popover: "auto" as const,
      onToggle: (event: ToggleEvent) => setIsOpen(event.newState === "open"),
    },
  };
}

/** Show a popover below a button, or above if there is no space, with their right edges aligned. */
function showBelow(popover: HTMLElement, button: HTMLElement) {
  const around = button.getBoundingClientRect();
  popover.showPopover();
  const { offsetHeight: height, offsetWidth: width, style } = popover;
  const below = around.bottom + GAP_PX;
  const above = around.top - GAP_PX - height;
  style.top = `${below + height > innerHeight && above > 0 ? above : below}px`;
  style.left = `${Math.max(GAP_PX, around.right - width)}px`;
}
