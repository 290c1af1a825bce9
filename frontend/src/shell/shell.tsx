/** The frame around every page: navigation, tools, and the state of the connection. */

import { useEffect, useRef, useState } from "react";
import { Icon } from "../components/icon";
import { Notices } from "../components/notices/notices";
import { PRODUCT } from "../components/page/page";
import { Link, usePath } from "../lib/routing/router";
import { AttentionBadge, FollowAttention } from "./attention";
import { ConnectionBadge, StaleBanner, useIsStale } from "./connection";
import { CurrentPage } from "./current-page";
import { Palette } from "./palette/palette";
import { isWithin, SECTIONS } from "./routes";
import { SessionDialog } from "./session-dialog";
import "./shell.css";
import { ShortcutsDialog, useShortcuts } from "./shortcuts";
import { Tools } from "./tools";

export function Shell() {
  const path = usePath();
  const isStale = useIsStale();
  const [dialog, setDialog] = useState<"shortcuts" | "palette">();
  const close = () => setDialog(undefined);
  const showShortcuts = () => setDialog("shortcuts");
  const showPalette = () => setDialog("palette");
  useShortcuts({ showShortcuts, showPalette, close });
  useFocusOnTitle(path);
  return (
    <div className="shell">
      <FollowAttention />
      <a className="skip" href="#main">
        Skip to content
      </a>
      <header className="side">
        <Link className="brand" href="/">
          <Logo />
          <span className="brand-name">{PRODUCT}</span>
        </Link>
        <Navigation path={path} />
        <div className="side-foot">
          <ConnectionBadge />
          <Tools path={path} onShowShortcuts={showShortcuts} onShowPalette={showPalette} />
        </div>
      </header>
      <main id="main" className={isStale ? "is-stale" : undefined}>
        {isStale && <StaleBanner />}
        <div className="content">
          <CurrentPage path={path} />
        </div>
      </main>
      <Notices />
      <SessionDialog />
      {dialog === "shortcuts" && <ShortcutsDialog onClose={close} />}
      {dialog === "palette" && <Palette onClose={close} onShowShortcuts={showShortcuts} />}
    </div>
  );
}

function Logo() {
  return (
    <span className="logo" aria-hidden="true">
      <i />
      <i />
      <i />
      <i />
    </span>
  );
}

function Navigation({ path }: { path: string }) {
  return (
    <nav aria-label="Pages" className="sections">
      {SECTIONS.map((section) => (
        <Link
          key={section.path}
          href={section.path}
          aria-current={isWithin(path, section.path) ? "page" : undefined}
        >
          <Icon name={section.icon} />
          {section.name}
          {section.path === "/" && <AttentionBadge />}
        </Link>
      ))}
    </nav>
  );
}

/** After a change of page, screen readers begin with its title. */
function useFocusOnTitle(path: string) {
  const last = useRef(path);
  useEffect(() => {
    if (last.current === path) return;
    last.current = path;
    document.getElementById("title")?.focus({ preventScroll: true });
  }, [path]);
}
