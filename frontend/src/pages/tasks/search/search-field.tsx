/** The field of the search, with suggestions (the ARIA pattern of an editable combobox). */

import { type FormEvent, type KeyboardEvent, useEffect, useRef, useState } from "react";
import type { SearchProblem } from "./search";
import { type Suggestion, useSuggestions } from "./suggestions";
import "./search-field.css";

const LIST_ID = "search-suggestions";
const optionId = (index: number) => `${LIST_ID}-${index}`;

export function SearchField(props: {
  text: string;
  problem?: SearchProblem;
  onSearch: (text: string) => void;
}) {
  const { text, problem, onSearch } = props;
  const input = useRef<HTMLInputElement>(null);
  const suggestions = useSuggestions();
  const [active, setActive] = useState(-1);
  const { list } = suggestions;
  const isOpen = list.length > 0;

  // The field keeps the focus when the URL changes, so it is not rendered anew with each text.
  useEffect(() => {
    if (input.current) input.current.value = text;
  }, [text]);
  useEffect(() => {
    document.getElementById(optionId(active))?.scrollIntoView({ block: "nearest" });
  }, [active]);

  function ask() {
    const field = input.current;
    if (!field) return;
    setActive(-1);
    suggestions.ask(field.value, field.selectionStart ?? field.value.length);
  }

  function close() {
    setActive(-1);
    suggestions.close();
  }

  function accept(suggestion: Suggestion) {
    const field = input.current;
    if (!field) return;
    const [value, cursor] = suggestions.accept(suggestion);
    field.value = value;
    field.setSelectionRange(cursor, cursor);
    ask();
  }

  function press(event: KeyboardEvent) {
    const suggestion = list[active];
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (isOpen) setActive(next(active, event.key === "ArrowDown" ? 1 : -1, list.length));
      else ask();
    } else if (event.key === "Escape" && isOpen) {
      event.preventDefault();
      close();
    } else if (event.key === "Enter" && suggestion) {
      event.preventDefault();
      accept(suggestion);
    }
  }

  function search(event: FormEvent) {
    event.preventDefault();
    close();
    if (input.current) onSearch(input.current.value.trim());
  }

  return (
    <form className="search-field" onSubmit={search}>
      <label htmlFor="search" className="sr-only">
        Search tasks
      </label>
      <div className="search-box">
        <input
          ref={input}
          id="search"
          type="text"
          role="combobox"
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          enterKeyHint="search"
          defaultValue={text}
          placeholder="status:failed queue:email created:<1h"
          aria-expanded={isOpen}
          aria-controls={LIST_ID}
          aria-autocomplete="list"
          aria-activedescendant={active < 0 ? undefined : optionId(active)}
          aria-invalid={problem ? true : undefined}
          aria-describedby={problem ? "search-problem" : undefined}
          onInput={ask}
          onClick={ask}
          onKeyDown={press}
          onBlur={close}
        />
        {/* Always there: the field refers to it. */}
        <div id={LIST_ID} role="listbox" aria-label="Suggestions" hidden={!isOpen}>
          {list.map((suggestion, index) => (
            <div
              key={suggestion.text}
              id={optionId(index)}
              role="option"
              tabIndex={-1}
              aria-selected={index === active}
              // The field keeps the focus.
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => accept(suggestion)}
              onKeyDown={press}
            >
              <code>{suggestion.text}</code> <small>{suggestion.description}</small>
            </div>
          ))}
        </div>
      </div>
      <button type="submit">Search</button>
    </form>
  );
}

/** The option after the active one; -1 is the field itself, between the last and the first. */
function next(active: number, step: 1 | -1, count: number): number {
  return ((active + 1 + step + count + 1) % (count + 1)) - 1;
}
