/** The other interfaces of the cluster, the viewer, and settings of this page. */

import { useEffect, useState } from "react";
import { Icon } from "../components/icon";
import { RequireRole, useViewer } from "../components/viewer";
import { csrfToken } from "../lib/api/session";
import { Link } from "../lib/router";
import { chooseTheme, useTheme } from "../lib/theme";

/** On narrow screens the tools are hidden behind a button (see shell.css). */
export function Tools({ path, onShowShortcuts }: { path: string; onShowShortcuts: () => void }) {
  const [isOpen, setIsOpen] = useState(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page closes the tools.
  useEffect(() => setIsOpen(false), [path]);
  return (
    <>
      <button
        type="button"
        className="tools-toggle"
        aria-expanded={isOpen}
        aria-controls="tools"
        onClick={() => setIsOpen(!isOpen)}
      >
        <Icon name="list" /> Menu
      </button>
      <div id="tools" className={isOpen ? "tools open" : "tools"}>
        <nav aria-label="Tools">
          <a href="/graphql/">GraphiQL</a>
          <a href="/api/docs/">REST API</a>
          <a href="/admin/">Admin</a>
          <RequireRole>
            <Link href="/app/tour" aria-current={path === "/app/tour" ? "page" : undefined}>
              Tour
            </Link>
          </RequireRole>
          <Link href="/app/alerts" aria-current={path === "/app/alerts" ? "page" : undefined}>
            Alerts
          </Link>
          <RequireRole atLeast="ADMIN">
            <Link href="/app/tokens" aria-current={path === "/app/tokens" ? "page" : undefined}>
              API tokens
            </Link>
            <Link href="/app/webhooks" aria-current={path === "/app/webhooks" ? "page" : undefined}>
              Webhooks
            </Link>
          </RequireRole>
        </nav>
        <ViewerTools />
        <ThemeSwitch />
        <button type="button" className="small" onClick={onShowShortcuts}>
          Keyboard shortcuts <kbd>?</kbd>
        </button>
      </div>
    </>
  );
}

function ViewerTools() {
  const viewer = useViewer();
  if (!viewer?.name) return null;
  return (
    <form className="viewer" method="post" action="/logout/">
      <input type="hidden" name="csrfmiddlewaretoken" value={csrfToken()} />
      <span className="muted">
        {viewer.name}, {viewer.role.toLowerCase()}
      </span>
      <button type="submit" className="small">
        Log out
      </button>
    </form>
  );
}

function ThemeSwitch() {
  const other = useTheme() === "dark" ? "light" : "dark";
  return (
    <button type="button" className="small" onClick={() => chooseTheme(other)}>
      {other === "dark" ? "Dark theme" : "Light theme"}
    </button>
  );
}
