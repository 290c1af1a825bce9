import { ApolloProvider } from "@apollo/client/react";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { client } from "./api";
import { Tasks } from "./Tasks";

const root = document.getElementById("root");
if (!root) throw new Error("The page has no element with the ID root.");
createRoot(root).render(
  <StrictMode>
    <ApolloProvider client={client}>
      <Tasks />
    </ApolloProvider>
  </StrictMode>,
);
