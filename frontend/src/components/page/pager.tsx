/** Links to the pages before and after one page of a list. */

import type { ReactNode } from "react";
import { Link, withParams } from "../../lib/routing/router";
import "./pager.css";

export function Pager(props: {
  newer?: string | false;
  older?: string | false;
  children: ReactNode;
}) {
  return (
    <nav className="pager" aria-label="Pages">
      {props.newer ? <Link href={props.newer}>← Newer</Link> : <span />}
      <span className="muted">{props.children}</span>
      {props.older ? <Link href={props.older}>Older →</Link> : <span />}
    </nav>
  );
}

type PageInfo = {
  hasNextPage: boolean;
  hasPreviousPage: boolean;
  startCursor: string | null;
  endCursor: string | null;
};

/** The pager of a connection, if it has more than one page. Its cursors are in the URL. */
export function ConnectionPager({ info, children }: { info: PageInfo; children: ReactNode }) {
  const { hasPreviousPage, hasNextPage, startCursor, endCursor } = info;
  if (!hasPreviousPage && !hasNextPage) return null;
  return (
    <Pager
      newer={hasPreviousPage && withParams({ before: startCursor ?? undefined, after: undefined })}
      older={hasNextPage && withParams({ after: endCursor ?? undefined, before: undefined })}
    >
      {children}
    </Pager>
  );
}

/** The arguments of a connection's page that the URL names. */
export function pageArguments(params: URLSearchParams, size: number) {
  const before = params.get("before");
  return before ? { last: size, before } : { first: size, after: params.get("after") };
}
