import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Provider } from "urql";
import { client } from "./api";
import { Tasks } from "./Tasks";

const root = document.getElementById("root");
if (!root) throw new Error("The page has no element with the ID root.");
createRoot(root).render(
  <StrictMode>
    <Provider value={client}>
      <Tasks />
    </Provider>
  </StrictMode>,
);
