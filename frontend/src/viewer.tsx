/** Who is logged in, and the way out. */

import { useQuery } from "urql";
import { graphql } from "./schema";
import { csrfToken } from "./session";

const WhoAmI = graphql(`
  query Viewer {
    viewer {
      name
      role
    }
  }
`);

export function Viewer() {
  const [{ data }] = useQuery({ query: WhoAmI });
  if (!data?.viewer.name) return null;
  return (
    <form className="tools" method="post" action="/logout/">
      <input type="hidden" name="csrfmiddlewaretoken" value={csrfToken()} />
      <span className="muted">
        {data.viewer.name}, {data.viewer.role.toLowerCase()}
      </span>
      <button>Log out</button>
    </form>
  );
}
