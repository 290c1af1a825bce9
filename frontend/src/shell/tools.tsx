/** The other interfaces of the cluster, the viewer, and settings of this page. */

import { useEffect, useState } from "react";
import { Icon } from "../components/icon";
import { RequireRole, useViewer } from "../components/viewer";
import { logOut } from "../lib/api/session";
import { Link } from "../lib/routing/router";
import { chooseTheme, useTheme } from "../lib/theme";
import { NotificationSwitch } from "./notifications";
import { INTERFACES, TOOL_PAGES } from "./routes";
import { PALETTE_KEY } from "./shortcuts";

/** On narrow screens the tools are hidden behind a button (see shell.css). */
export function Tools(props: {
  path: string;
  onShowShortcuts: () => void;
  onShowPalette: () => void;
}) {
  const { path } = props;
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
          {INTERFACES.map(({ path: href, name }) => (
            <a key={href} href={href}>
              {name}
            </a>
          ))}
          {TOOL_PAGES.map(({ path: href, name, role }) => (
            <RequireRole key={href} atLeast={role ?? "VIEWER"}>
              <Link href={href} aria-current={path === href ? "page" : undefined}>
                {name}
              </Link>
            </RequireRole>
          ))}
        </nav>
        <ViewerTools />
        <ThemeSwitch />
        <NotificationSwitch />
        <button type="button" className="small" onClick={props.onShowPalette}>
          Commands <kbd>{PALETTE_KEY}</kbd>
        </button>
        <button type="button" className="small" onClick={props.onShowShortcuts}>
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
    <div className="viewer">
      <span className="muted">
        {viewer.name}, {viewer.role.toLowerCase()}
      </span>
      <button type="button" className="small" onClick={logOut}>
        Log out
      </button>
    </div>
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
