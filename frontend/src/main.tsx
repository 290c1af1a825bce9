import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Provider } from "urql";
import { client } from "./api";
import { openLog } from "./log";
import { Shell } from "./shell";
import "./styles/index.css";
import { ViewerKnown } from "./viewer";

openLog();
createRoot(document.getElementById("app") as HTMLElement).render(
  <StrictMode>
    <Provider value={client}>
      <ViewerKnown>
        <Shell />
      </ViewerKnown>
    </Provider>
  </StrictMode>,
);
