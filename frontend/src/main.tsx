import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { ViewerProvider } from "./components/viewer";
import { startEventStream } from "./lib/api/events";
import { startRouter } from "./lib/routing/router";
import { Shell } from "./shell/shell";
import "./styles/base.css";

startRouter();
startEventStream();
createRoot(document.getElementById("app") as HTMLElement).render(
  <StrictMode>
    <ViewerProvider>
      <Shell />
    </ViewerProvider>
  </StrictMode>,
);
