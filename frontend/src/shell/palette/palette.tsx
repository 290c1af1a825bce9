/** The command palette: a dialog that finds pages, actions and objects (an ARIA combobox). */

import { type KeyboardEvent, useEffect, useId, useMemo, useState } from "react";
import { flushSync } from "react-dom";
import { Dialog } from "../../components/dialog/dialog";
import { QueryError } from "../../components/page/states";
import { plural } from "../../lib/format";
import { scrollToTop } from "../../lib/routing/scroll";
import { type Command, neighbor, sectionsOf } from "./commands";
import { searchCommand, useGeneralCommands } from "./general";
import { useFoundTasks, useNames } from "./names";
import { pageActions } from "./page-actions";
import "./palette.css";

export function Palette(props: { onClose: () => void; onShowShortcuts: () => void }) {
  const { onClose, onShowShortcuts } = props;
  const id = useId();
  const [text, setText] = useState("");
  const [active, setActive] = useState(0);
  // As the page was when the palette was opened: its buttons are inert now.
  const actions = useMemo(pageActions, []);
  const names = useNames();
  const tasks = useFoundTasks(text);
  const general = useGeneralCommands(onShowShortcuts);
  const all = [...actions, ...general, ...names.commands, ...tasks, searchCommand(text)];
  const sections = sectionsOf(all, text);
  const found = sections.flatMap(({ commands }) => commands);
  const optionId = (command: Command) => `${id}-${found.indexOf(command)}`;
  const chosen = found[Math.min(active, found.length - 1)];
  const chosenId = chosen && optionId(chosen);

  useEffect(() => {
    if (chosenId) document.getElementById(chosenId)?.scrollIntoView({ block: "nearest" });
  }, [chosenId]);

  /** The palette is gone and the focus is back before a command opens a dialog of its own. */
  function run(command: Command) {
    const before = location.pathname;
    flushSync(onClose);
    command.run();
    if (location.pathname !== before) scrollToTop();
  }

  function press(event: KeyboardEvent) {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      setActive(neighbor(active, event.key === "ArrowDown" ? 1 : -1, found.length));
    } else if (event.key === "Enter" && chosen) {
      event.preventDefault();
      run(chosen);
    }
  }

  return (
    <Dialog title="Command palette" className="palette" onClose={onClose}>
      <input
        type="text"
        role="combobox"
        aria-label="Find a page, an action, a name or a task ID"
        placeholder="Page, action, queue, node, schedule, task ID…"
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        aria-expanded={found.length > 0}
        aria-controls={id}
        aria-autocomplete="list"
        aria-activedescendant={chosenId}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setActive(0);
        }}
        onKeyDown={press}
      />
      <div id={id} role="listbox" aria-label="Commands">
        {sections.map(({ group, commands }) => (
          // biome-ignore lint/a11y/useSemanticElements: a listbox has no fieldsets.
          <div key={group} role="group" aria-labelledby={`${id}-${group}`}>
            <div id={`${id}-${group}`} className="muted" role="presentation">
              {group}
            </div>
            {commands.map((command) => (
              <div
                key={command.id}
                id={optionId(command)}
                role="option"
                tabIndex={-1}
                aria-selected={command === chosen}
                // The field keeps the focus.
                onMouseDown={(event) => event.preventDefault()}
                onClick={() => run(command)}
                onKeyDown={press}
              >
                {command.name} {command.hint && <small>{command.hint}</small>}
              </div>
            ))}
          </div>
        ))}
      </div>
      <QueryError error={names.error} />
      <p className="sr-only" role="status">
        {text && plural(found.length, "result")}
      </p>
    </Dialog>
  );
}
