/** The terms of the search, each of which can be removed. */

import { Icon } from "../../../components/icon";
import { type SearchTerm, termsOf, withoutTerm } from "../../../lib/search-text";
import { type SearchProblem, toCodePoints } from "./search";

export function SearchTerms(props: {
  text: string;
  problem?: SearchProblem;
  onSearch: (text: string) => void;
}) {
  const { text, problem, onSearch } = props;
  const terms = termsOf(text);
  if (!terms.length) return null;
  return (
    <ul className="search-terms" aria-label="Search terms">
      {terms.map((term) => (
        <li key={term.start} className={isWrong(text, term, problem) ? "wrong" : undefined}>
          <code>{term.text}</code>
          <button
            type="button"
            aria-label={`Remove ${term.text}`}
            onClick={() => onSearch(withoutTerm(text, term.start))}
          >
            <Icon name="cross" />
          </button>
        </li>
      ))}
    </ul>
  );
}

function isWrong(text: string, term: SearchTerm, problem?: SearchProblem): boolean {
  if (!problem) return false;
  const start = toCodePoints(text, term.start);
  const end = toCodePoints(text, term.start + term.text.length);
  return start <= problem.start && problem.end <= end;
}
