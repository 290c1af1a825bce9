/** What a page shows in place of data: that it loads, that it failed, or that there is none. */

import type { ReactNode } from "react";
import type { CombinedError } from "urql";
import { useConnection } from "../../lib/api/connection";
import { describeRetriedError } from "../../lib/api/errors";
import type { UserError } from "../../lib/api/schema";
import type { Tone } from "../badge";
import { Icon, type IconName } from "../icon";
import "./states.css";

export function EmptyState({ children }: { children: ReactNode }) {
  return <div className="empty">{children}</div>;
}

/** Stands in for data that has not arrived. */
export function Loading({ error }: { error?: CombinedError }) {
  const { state } = useConnection();
  if (error) return <QueryError error={error} />;
  return (
    <p className="empty" role="status">
      {state === "lost" ? "Can't reach the server. Retrying…" : "Loading…"}
    </p>
  );
}

/** Why the data was not updated. Renders nothing without an error. */
export function QueryError({ error }: { error?: CombinedError }) {
  if (!error) return null;
  return (
    <p className="problem" role="alert">
      <Icon name="alert" /> {describeRetriedError(error)}
    </p>
  );
}

/** Why an action was refused. Renders nothing without errors. */
export function ErrorList({ errors }: { errors: UserError[] }) {
  if (!errors.length) return null;
  return (
    <div className="problem" role="alert">
      {errors.map((error) => (
        <p key={error.field.join(".") + error.message}>
          <Icon name="alert" /> {error.message}
        </p>
      ))}
    </div>
  );
}

/** A sentence in a color that matters to all that follows. */
export function Callout(props: { tone: Tone; icon: IconName; children: ReactNode }) {
  return (
    <div className={`callout tone-${props.tone}`}>
      <Icon name={props.icon} />
      <p>{props.children}</p>
    </div>
  );
}
