/** A button that opens a list of actions. */

import { type KeyboardEvent, useId, useRef, useState } from "react";
import { Icon, type IconName } from "./icon";
import "./menu.css";
import { showBelow } from "./popover";

export type MenuItem = {
  label: string;
  icon: IconName;
  onSelect: () => void;
  isDanger?: boolean;
};

export function Menu({ label, items }: { label: string; items: MenuItem[] }) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const [isOpen, setIsOpen] = useState(false);

  function open() {
    if (!list.current || !button.current) return;
    showBelow(list.current, button.current);
    focusItem(0);
  }

  function close() {
    list.current?.hidePopover();
    button.current?.focus();
  }

  function focusItem(index: number) {
    const all = list.current?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? [];
    all[(index + all.length) % all.length]?.focus();
  }

  function move(event: KeyboardEvent) {
    const all = [...(list.current?.querySelectorAll("[role=menuitem]") ?? [])];
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
        ref={button}
        type="button"
        className="menu-button"
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-controls={id}
        popoverTarget={id}
        onClick={(event) => {
          event.preventDefault();
          if (isOpen) close();
          else open();
        }}
      >
        <Icon name="more" />
      </button>
      <div
        ref={list}
        id={id}
        className="menu"
        role="menu"
        aria-label={label}
        popover="auto"
        onKeyDown={move}
        onToggle={(event) => setIsOpen(event.newState === "open")}
      >
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
