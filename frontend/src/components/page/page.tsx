/** The frame of a page: its title, its actions, and the query that it shows. */

import { type ReactNode, useEffect } from "react";
import { type AnyDocument, graphiqlUrl } from "../../lib/api/client";
import { useAttentionCount } from "../../lib/attention";
import { Icon } from "../icon";
import "./page.css";

export const PRODUCT = "Cluster scheduler";

export function Page(props: {
  title: string;
  /** The heading, if it is more than the title. */
  heading?: ReactNode;
  /** A line below the heading. */
  lead?: ReactNode;
  actions?: ReactNode;
  /** The operation that the page shows, to be opened in GraphiQL. */
  query?: AnyDocument;
  variables?: object;
  children: ReactNode;
}) {
  const attention = useAttentionCount();
  useEffect(() => {
    document.title = `${attention ? `(${attention}) ` : ""}${props.title} · ${PRODUCT}`;
  }, [props.title, attention]);
  return (
    <>
      <header className="page-head">
        <div>
          <h1 id="title" tabIndex={-1}>
            {props.heading ?? props.title}
          </h1>
          {props.lead && <p className="muted">{props.lead}</p>}
        </div>
        <div className="actions">
          {props.query && (
            <a className="quiet" href={graphiqlUrl(props.query, props.variables)}>
              <Icon name="code" /> Open in GraphiQL
            </a>
          )}
          {props.actions}
        </div>
      </header>
      {props.children}
    </>
  );
}
