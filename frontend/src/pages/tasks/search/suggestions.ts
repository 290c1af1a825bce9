/** What can be written at the cursor of the search. */

import { useEffect, useRef, useState } from "react";
import { client } from "../../../lib/api/client";
import { graphql, type ResultOf } from "../../../lib/api/schema";
import { fromCodePoints, toCodePoints } from "./search";

const WAIT_MS = 80;

const SuggestionsQuery = graphql(`
  query SearchSuggestions($text: String!, $cursor: Int!) {
    searchSuggestions(text: $text, cursor: $cursor, first: 30) {
      start
      end
      suggestions {
        text
        description
        isComplete
      }
    }
  }
`);

export type Suggestion = ResultOf<
  typeof SuggestionsQuery
>["searchSuggestions"]["suggestions"][number];

export type Suggestions = {
  list: readonly Suggestion[];
  /** Ask for suggestions for a text and the index of the cursor in it. */
  ask: (text: string, cursor: number) => void;
  close: () => void;
  /** The text with a suggestion written into it, and the index of the cursor after it. */
  accept: (suggestion: Suggestion) => [text: string, cursor: number];
};

type Asked = { text: string; start: number; end: number; list: readonly Suggestion[] };
const NONE: Asked = { text: "", start: 0, end: 0, list: [] };

export function useSuggestions(): Suggestions {
  const [{ text, start, end, list }, setAsked] = useState(NONE);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  // Each question makes the answers to earlier ones obsolete.
  const latest = useRef(0);

  async function load(asked: string, cursor: number, number: number) {
    const variables = { text: asked, cursor: toCodePoints(asked, cursor) };
    const { data } = await client.query(SuggestionsQuery, variables).toPromise();
    if (number !== latest.current) return;
    const found = data?.searchSuggestions;
    if (!found) return setAsked(NONE);
    setAsked({
      text: asked,
      start: fromCodePoints(asked, found.start),
      end: fromCodePoints(asked, found.end),
      list: found.suggestions,
    });
  }

  return {
    list,
    ask(asked, cursor) {
      const number = ++latest.current;
      clearTimeout(timer.current);
      timer.current = setTimeout(() => load(asked, cursor, number), WAIT_MS);
    },
    close() {
      latest.current++;
      clearTimeout(timer.current);
      setAsked(NONE);
    },
    accept(suggestion) {
      const rest = text.slice(end);
      const space = suggestion.isComplete && !rest ? " " : "";
      const before = text.slice(0, start) + suggestion.text + space;
      return [before + rest, before.length];
    },
  };
}
