/** Keyboard shortcuts. */

import { useEffect } from "react";
import { flushSync } from "react-dom";
import { Dialog } from "../components/dialog";
import { undoLast } from "../components/notices/store";
import { navigate } from "../lib/router";
import { SECTIONS } from "./routes";

const SEQUENCE_MS = 1_000;
const SEARCH_PATH = "/app/tasks";

/**
 * `g` and a letter go to a section, `/` to the search, `z` takes the last action back, `?` shows
 * the shortcuts.
 */
export function useShortcuts(showHelp: () => void) {
  useEffect(() => {
    let pressedG = -SEQUENCE_MS;
    function press(event: KeyboardEvent) {
      const target = event.target as HTMLElement;
      const isTyping = target.closest("input, textarea, select, dialog, [popover]");
      if (isTyping || event.metaKey || event.ctrlKey || event.altKey) return;
      const section = SECTIONS.find(({ key }) => key === event.key);
      if (section && event.timeStamp - pressedG < SEQUENCE_MS) navigate(section.path);
      else if (event.key === "?") showHelp();
      else if (event.key === "z") undoLast();
      else if (event.key === "/") {
        event.preventDefault();
        focusSearch();
      }
      pressedG = event.key === "g" ? event.timeStamp : -SEQUENCE_MS;
    }
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [showHelp]);
}

function focusSearch() {
  // Rendered at once, so that what is typed next arrives in the field.
  if (location.pathname !== SEARCH_PATH) flushSync(() => navigate(SEARCH_PATH));
  document.getElementById("search")?.focus();
}

export function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Keyboard shortcuts" onClose={onClose}>
      <dl className="shortcuts">
        {SECTIONS.map(({ key, name }) => (
          <div key={key}>
            <dt>
              <kbd>g</kbd> <kbd>{key}</kbd>
            </dt>
            <dd>{name}</dd>
          </div>
        ))}
        <div>
          <dt>
            <kbd>/</kbd>
          </dt>
          <dd>Search tasks</dd>
        </div>
        <div>
          <dt>
            <kbd>z</kbd>
          </dt>
          <dd>Undo, while a notice offers it</dd>
        </div>
        <div>
          <dt>
            <kbd>?</kbd>
          </dt>
          <dd>Show shortcuts</dd>
        </div>
      </dl>
      <form method="dialog" className="actions">
        <button type="submit">Close</button>
      </form>
    </Dialog>
  );
}
