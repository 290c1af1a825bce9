/** The notices, in the corner of every page. */

import { type FocusEvent, useRef } from "react";
import { useStore } from "../../lib/store";
import { Icon } from "../icon";
import "./notices.css";
import { dismiss, holdNotices, type Notice, notices, undo } from "./store";

export function Notices() {
  const all = useStore(notices);
  const area = useRef<HTMLElement>(null);
  const cameFrom = useRef<EventTarget>(null);

  function enter({ relatedTarget }: FocusEvent) {
    if (!isInside(relatedTarget)) cameFrom.current = relatedTarget;
    holdNotices(true);
  }

  function leave({ relatedTarget }: FocusEvent) {
    if (!isInside(relatedTarget)) holdNotices(false);
  }

  function isInside(target: EventTarget | null): boolean {
    return area.current?.contains(target as Node | null) ?? false;
  }

  /** Before a notice goes, the focus returns to where it was. */
  function close(notice: Notice, action: (notice: Notice) => void) {
    if (isInside(document.activeElement)) {
      const target = cameFrom.current as HTMLElement | null;
      if (target?.isConnected) target.focus();
      else document.getElementById("title")?.focus({ preventScroll: true });
    }
    holdNotices(false);
    action(notice);
  }

  const of = (isError: boolean) =>
    all
      .filter((notice) => notice.isError === isError)
      .map((notice) => (
        <div key={notice.id} className={isError ? "notice error" : "notice"}>
          <Icon name={isError ? "alert" : "check"} />
          <p>{notice.text}</p>
          {notice.undo && (
            <button
              type="button"
              className="undo"
              aria-keyshortcuts="z"
              onClick={() => close(notice, undo)}
            >
              Undo <kbd>z</kbd>
            </button>
          )}
          <button type="button" aria-label="Dismiss" onClick={() => close(notice, dismiss)}>
            <Icon name="cross" />
          </button>
        </div>
      ));
  return (
    <aside
      ref={area}
      className="notices"
      aria-label="Notices"
      onFocus={enter}
      onBlur={leave}
      onMouseEnter={() => holdNotices(true)}
      onMouseLeave={() => holdNotices(isInside(document.activeElement))}
    >
      <div role="status">{of(false)}</div>
      <div role="alert">{of(true)}</div>
    </aside>
  );
}
