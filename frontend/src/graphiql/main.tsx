/** GraphiQL, with all its files served by this site. */

import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { GraphiQL } from "graphiql";
import "graphiql/style.css";
import { createRoot } from "react-dom/client";
import { fetchWithCsrf, loginUrl } from "../lib/api/session";
import { useTheme } from "../lib/theme";
import { EXAMPLES } from "./examples";
import "./graphiql.css";
import "./workers";

/** GraphiQL keeps its tabs, so that nothing is lost when the viewer logs in again. */
const fetchOrLogIn: typeof fetch = async (input, init) => {
  const response = await fetchWithCsrf(input, init);
  const hasToken = new Headers(init?.headers).has("Authorization");
  if (response.status === 401 && !hasToken) location.assign(loginUrl());
  return response;
};

const url = `${location.origin}/graphql/`;
const fetcher = createGraphiQLFetcher({
  url,
  fetch: fetchOrLogIn,
  subscriptionUrl: url.replace(/^http/, "ws"),
  wsConnectionParams: {},
});

/** The operation that a link of the dashboard fills in: #query=…&variables=… */
const linked = new URLSearchParams(location.hash.slice(1));
const query = linked.get("query") ?? undefined;
const variables = linked.get("variables") ?? undefined;

/** The header of all pages that are not of the dashboard, as in project/templates/header.html. */
function Header() {
  return (
    <header className="site-header">
      <a className="brand" href="/">
        <i /> Cluster scheduler
      </a>
      <nav aria-label="Interfaces">
        <a href="/">Dashboard</a>
        <a href="/graphql/" aria-current="page">
          GraphiQL
        </a>
        <a href="/api/docs/">REST API</a>
        <a href="/admin/">Admin</a>
      </nav>
    </header>
  );
}

function Explorer() {
  return (
    <>
      <Header />
      <GraphiQL
        fetcher={fetcher}
        forcedTheme={useTheme()}
        defaultTabs={query ? [{ query, variables }] : EXAMPLES}
        defaultEditorToolsVisibility="variables"
        shouldPersistHeaders={false}
        initialQuery={query}
        initialVariables={variables}
      >
        <GraphiQL.Logo>{null}</GraphiQL.Logo>
      </GraphiQL>
    </>
  );
}

createRoot(document.getElementById("graphiql") as HTMLElement).render(<Explorer />);
