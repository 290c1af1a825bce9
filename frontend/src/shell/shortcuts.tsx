/** Keyboard shortcuts. */

import { useEffect, useRef } from "react";
import { flushSync } from "react-dom";
import { Dialog } from "../components/dialog/dialog";
import { undoLast } from "../components/notices/store";
import { isTyping } from "../lib/keys";
import { navigate } from "../lib/routing/router";
import { SECTIONS } from "./routes";

const SEQUENCE_MS = 1_000;
const SEARCH_PATH = "/app/tasks";

const IS_MAC = navigator.platform.startsWith("Mac");
export const PALETTE_KEY = IS_MAC ? "⌘ K" : "Ctrl K";

type Actions = { showShortcuts: () => void; showPalette: () => void; close: () => void };

/**
 * `g` and a letter go to a section, `/` to the search, `z` takes the last action back, `?` shows
 * the shortcuts. Ctrl-K (on a Mac, Command-K) opens and closes the palette, also while typing.
 */
export function useShortcuts(actions: Actions) {
  const latest = useRef(actions);
  latest.current = actions;
  useEffect(() => {
    let pressedG = -SEQUENCE_MS;
    function press(event: KeyboardEvent) {
      const { showShortcuts, showPalette, close } = latest.current;
      if (isPaletteKey(event)) {
        const open = document.querySelector("dialog[open]");
        // Another dialog is not left by it.
        if (open && !open.matches(".palette")) return;
        event.preventDefault();
        return open ? close() : showPalette();
      }
      if (isTyping(event)) return;
      const section = SECTIONS.find(({ key }) => key === event.key);
      if (section && event.timeStamp - pressedG < SEQUENCE_MS) navigate(section.path);
      else if (event.key === "?") showShortcuts();
      else if (event.key === "z") undoLast();
      else if (event.key === "/") {
        event.preventDefault();
        focusSearch();
      }
      pressedG = event.key === "g" ? event.timeStamp : -SEQUENCE_MS;
    }
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, []);
}

function isPaletteKey(event: KeyboardEvent): boolean {
  const isModified = IS_MAC ? event.metaKey : event.ctrlKey;
  return isModified && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k";
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
            <kbd>{PALETTE_KEY}</kbd>
          </dt>
          <dd>Command palette</dd>
        </div>
        <div>
          <dt>
            <kbd>/</kbd>
          </dt>
          <dd>Search tasks</dd>
        </div>
        <div>
          <dt>
            <kbd>j</kbd> <kbd>k</kbd>
          </dt>
          <dd>Next, previous task of the list</dd>
        </div>
        <div>
          <dt>
            <kbd>x</kbd>
          </dt>
          <dd>Select this task, with Shift a range</dd>
        </div>
        <div>
          <dt>
            <kbd>Enter</kbd>
          </dt>
          <dd>Open this task</dd>
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
