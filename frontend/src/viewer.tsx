/** Who is looking, what they may do, and the way out. */

import { createContext, type ReactNode, useContext } from "react";
import { useQuery } from "urql";
import { Empty } from "./parts";
import { graphql, type ResultOf } from "./schema";
import { csrfToken } from "./session";

const WhoAmI = graphql(`
  query Viewer {
    viewer {
      name
      role
    }
  }
`);

const Known = createContext<ResultOf<typeof WhoAmI>["viewer"] | undefined>(undefined);

export function ViewerKnown({ children }: { children: ReactNode }) {
  const [{ data }] = useQuery({ query: WhoAmI });
  return <Known value={data?.viewer}>{children}</Known>;
}

/** What changes something: shown to those who may. */
export function Steering(props: { children: ReactNode; otherwise?: ReactNode }) {
  const viewer = useContext(Known);
  if (!viewer) return null;
  return viewer.role === "VIEWER" ? props.otherwise : props.children;
}

export function LookOnly() {
  return <Empty>Your role may look, and change nothing.</Empty>;
}

export function Viewer() {
  const viewer = useContext(Known);
  if (!viewer?.name) return null;
  return (
    <form className="tools" method="post" action="/logout/">
      <input type="hidden" name="csrfmiddlewaretoken" value={csrfToken()} />
      <span className="muted">
        {viewer.name}, {viewer.role.toLowerCase()}
      </span>
      <button>Log out</button>
    </form>
  );
}
