/** An invariant with the outcome of its check. */

import { Badge } from "../../components/badge";
import { CopyButton } from "../../components/copy-button";
import { Panel } from "../../components/page/panel";
import { count, plural } from "../../lib/format";
import { Link } from "../../lib/routing/router";
import type { Invariant } from "./query";
import { pathOf } from "./summary";

export function InvariantPanel({ invariant }: { invariant: Invariant }) {
  const { statement, window, examined, query, violations } = invariant;
  return (
    <Panel title={statement} className="invariant" aside={<Outcome invariant={invariant} />}>
      <p className="muted">
        {window} Examined: {count(examined)}.
      </p>
      {violations > 0 && <Examples invariant={invariant} />}
      <details>
        <summary>SQL query</summary>
        <pre>{query}</pre>
        <CopyButton text={query} label="Copy SQL" />
      </details>
    </Panel>
  );
}

function Outcome({ invariant: { holds, violations } }: { invariant: Invariant }) {
  return holds ? (
    <Badge tone="success" icon="check">
      Holds
    </Badge>
  ) : (
    <Badge tone="failed" icon="alert">
      {plural(violations, "violation")}
    </Badge>
  );
}

function Examples({ invariant: { subject, examples, violations } }: { invariant: Invariant }) {
  return (
    <ul>
      {examples.map(({ key, message }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: an object can violate a rule twice.
        <li key={`${key} ${index}`}>
          <Subject subject={subject} id={key} /> {message}
        </li>
      ))}
      {violations > examples.length && (
        <li className="muted">{count(violations - examples.length)} more</li>
      )}
    </ul>
  );
}

function Subject({ subject, id }: { subject: Invariant["subject"]; id: string }) {
  const path = pathOf(subject, id);
  return path ? (
    <Link className="id" href={path}>
      {id}
    </Link>
  ) : (
    <span className="id">{id}</span>
  );
}
