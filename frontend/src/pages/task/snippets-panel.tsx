/** Requests that create the same task, to copy into other clients. */

import { CopyButton } from "../../components/copy-button";
import type { Task } from "./data";
import { optionsOf } from "./duplicate";
import { curlSnippet, graphqlSnippet } from "./snippets";

export function Snippets({ task }: { task: Task }) {
  const options = optionsOf(task);
  const asGraphql = graphqlSnippet(options);
  const asCurl = curlSnippet(options, location.origin);
  return (
    <div className="snippets">
      <div className="actions">
        <CopyButton text={asGraphql} label="Copy as GraphQL" />
        <CopyButton text={asCurl} label="Copy as cURL" />
      </div>
      <details>
        <summary>Show the requests</summary>
        <pre>{asGraphql}</pre>
        <pre>{asCurl}</pre>
      </details>
    </div>
  );
}
