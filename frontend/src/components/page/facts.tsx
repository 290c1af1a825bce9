/** A list of names and values. */

import type { ReactNode } from "react";
import "./facts.css";

export type Fact = [name: string, value: ReactNode];

/** Entries without a fact are left out, so that pages can write `condition && [name, value]`. */
export function Facts({ facts }: { facts: readonly (Fact | false | null | undefined | "")[] }) {
  return (
    <dl className="facts">
      {facts.map(
        (fact) =>
          fact && (
            <div key={fact[0]}>
              <dt>{fact[0]}</dt>
              <dd>{fact[1]}</dd>
            </div>
          ),
      )}
    </dl>
  );
}
