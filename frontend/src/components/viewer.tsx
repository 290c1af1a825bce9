/** Who uses the dashboard, and what their role permits. */

import { createContext, type ReactNode, useContext } from "react";
import { useLiveQuery } from "../lib/api/live";
import { graphql, type ResultOf, type Role } from "../lib/api/schema";
import { EmptyState } from "./page/states";

const ViewerQuery = graphql(`
  query Viewer {
    viewer {
      name
      role
      canInjectFaults
    }
  }
`);

type Viewer = ResultOf<typeof ViewerQuery>["viewer"];

const ViewerContext = createContext<Viewer | undefined>(undefined);

export function ViewerProvider({ children }: { children: ReactNode }) {
  const { data } = useLiveQuery(ViewerQuery, {}, () => false);
  return <ViewerContext value={data?.viewer}>{children}</ViewerContext>;
}

/** The viewer; undefined until the server has answered. */
export function useViewer(): Viewer | undefined {
  return useContext(ViewerContext);
}

const RANKS: Record<Role, number> = { VIEWER: 0, OPERATOR: 1, ADMIN: 2 };

/** Whether the viewer has this role or a higher one; undefined until it is known. */
export function useHasRole(role: Role): boolean | undefined {
  const viewer = useViewer();
  return viewer && RANKS[viewer.role] >= RANKS[role];
}

/**
 * Content for viewers with a role, OPERATOR by default.
 *
 * Until the role is known, the content is invisible but has its place, so that nothing moves later.
 */
export function RequireRole(props: {
  atLeast?: Role;
  children: ReactNode;
  /** Content for others. */
  otherwise?: ReactNode;
}) {
  const hasRole = useHasRole(props.atLeast ?? "OPERATOR");
  if (hasRole === undefined) return <div className="reserved">{props.children}</div>;
  return hasRole ? props.children : props.otherwise;
}

export function ReadOnly() {
  return <EmptyState>Read-only access: your role does not permit changes.</EmptyState>;
}
