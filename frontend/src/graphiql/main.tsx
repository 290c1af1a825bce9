/** GraphiQL, with everything it needs from here. */

import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { GraphiQL } from "graphiql";
import "graphiql/style.css";
import { createRoot } from "react-dom/client";
import { fetchInSession } from "../session";
import { EXAMPLES } from "./examples";
import "./graphiql.css";
import "./workers";

const url = `${location.origin}/graphql/`;
const fetcher = createGraphiQLFetcher({
  url,
  fetch: fetchInSession,
  subscriptionUrl: url.replace(/^http/, "ws"),
  wsConnectionParams: {},
});

/** What a link of the dashboard asks to be shown: #query=…&variables=… */
const linked = new URLSearchParams(location.hash.slice(1));
const query = linked.get("query") ?? undefined;
const variables = linked.get("variables") ?? undefined;

createRoot(document.getElementById("graphiql") as HTMLElement).render(
  <GraphiQL
    fetcher={fetcher}
    defaultTabs={query ? [{ query, variables }] : EXAMPLES}
    defaultEditorToolsVisibility="variables"
    shouldPersistHeaders={false}
    initialQuery={query}
    initialVariables={variables}
  >
    <GraphiQL.Logo>
      <a href="/">Cluster</a>
    </GraphiQL.Logo>
  </GraphiQL>,
);
