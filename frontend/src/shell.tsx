/** What is around every view: where one can go, and whether what one sees is live. */

import { useEffect, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { useConnection } from "./api";
import { localTime, useNow } from "./format";
import { Icon, type IconName } from "./icons";
import { Notices } from "./notices";
import { Events } from "./pages/events";
import { Nodes } from "./pages/nodes";
import { Overview } from "./pages/overview";
import { Queues } from "./pages/queues";
import { ScheduleView } from "./pages/schedule";
import { NewSchedule, Schedules } from "./pages/schedules";
import { TaskView } from "./pages/task";
import { Tasks } from "./pages/tasks";
import { Dialog, Page } from "./parts";
import { Link, navigate, usePath } from "./router";
import { ThemeSwitch } from "./theme";
import { Viewer } from "./viewer";

const VIEWS: { path: string; name: string; icon: IconName; key: string }[] = [
  { path: "/", name: "Overview", icon: "home", key: "o" },
  { path: "/app/tasks", name: "Tasks", icon: "list", key: "t" },
  { path: "/app/schedules", name: "Schedules", icon: "calendar", key: "s" },
  { path: "/app/nodes", name: "Nodes", icon: "server", key: "n" },
  { path: "/app/queues", name: "Queues", icon: "layers", key: "q" },
  { path: "/app/events", name: "Events", icon: "pulse", key: "e" },
];

function View({ path }: { path: string }) {
  const [, , place, id] = path.replace(/\/$/, "").split("/");
  if (path === "/") return <Overview />;
  if (place === "tasks") return id ? <TaskView id={id} key={id} /> : <Tasks />;
  if (place === "schedules" && id === "new") return <NewSchedule />;
  if (place === "schedules") return id ? <ScheduleView id={id} key={id} /> : <Schedules />;
  if (place === "nodes" && !id) return <Nodes />;
  if (place === "queues" && !id) return <Queues />;
  if (place === "events" && !id) return <Events />;
  return (
    <Page title="There is no such page">
      <p className="empty">
        Go to the <Link href="/">overview</Link>.
      </p>
    </Page>
  );
}

export function Shell() {
  const path = usePath();
  const [isHelpOpen, setIsHelpOpen] = useState(false);
  useKeys(setIsHelpOpen);
  useFocusOnTitle(path);
  return (
    <div className="shell">
      <a className="skip" href="#main">
        Skip to the content
      </a>
      <header className="side">
        <Link className="brand" href="/">
          <span className="mark" aria-hidden="true">
            <i />
            <i />
            <i />
            <i />
          </span>
          Cluster
        </Link>
        <nav aria-label="Views">
          {VIEWS.map((view) => (
            <Link
              key={view.path}
              href={view.path}
              aria-current={isWithin(path, view.path) ? "page" : undefined}
            >
              <Icon name={view.icon} />
              {view.name}
            </Link>
          ))}
        </nav>
        <div className="side-foot">
          <ConnectionPill />
          <nav aria-label="Other doors" className="doors">
            <a href="/graphql/">GraphiQL</a>
            <a href="/api/docs/">REST</a>
            <a href="/admin/">Admin</a>
          </nav>
          <Viewer />
          <div className="tools">
            <ThemeSwitch />
            <button type="button" onClick={() => setIsHelpOpen(true)}>
              Keys <kbd>?</kbd>
            </button>
          </div>
        </div>
      </header>
      <main id="main">
        <View path={path} />
      </main>
      <Notices />
      {isHelpOpen && <Help onClose={() => setIsHelpOpen(false)} />}
    </div>
  );
}

function isWithin(path: string, view: string): boolean {
  return path === view || (view !== "/" && path.startsWith(`${view}/`));
}

const STALE_MS = 5_000;

function ConnectionPill() {
  const { state, heardAt } = useConnection();
  const now = useNow();
  const isStale = state === "lost" && now - heardAt > STALE_MS;
  return (
    <p className={`pill ${isStale ? "stale" : state}`} role="status">
      <i aria-hidden="true" />
      {state === "live" && "Live"}
      {state === "connecting" && "Connecting…"}
      {state === "lost" &&
        (isStale ? `Stale since ${localTime(new Date(heardAt))}` : "Reconnecting…")}
    </p>
  );
}

function Help({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Keys" onClose={onClose}>
      <dl className="keys">
        {VIEWS.map((view) => (
          <div key={view.key}>
            <dt>
              <kbd>g</kbd> <kbd>{view.key}</kbd>
            </dt>
            <dd>{view.name}</dd>
          </div>
        ))}
        <div>
          <dt>
            <kbd>/</kbd>
          </dt>
          <dd>Search tasks</dd>
        </div>
        <div>
          <dt>
            <kbd>?</kbd>
          </dt>
          <dd>This list</dd>
        </div>
      </dl>
      <form method="dialog" className="actions">
        <button>Close</button>
      </form>
    </Dialog>
  );
}

const PAIR_MS = 1_000;

/** `g` and a letter go to a view, `/` to the search. */
function useKeys(openHelp: (isOpen: true) => void) {
  useEffect(() => {
    let wentAt = -PAIR_MS;
    function press(event: KeyboardEvent) {
      const target = event.target as HTMLElement;
      const isTyping = target.closest("input, textarea, select, dialog, [contenteditable]");
      if (isTyping || event.metaKey || event.ctrlKey || event.altKey) return;
      const view = VIEWS.find(({ key }) => key === event.key);
      if (view && event.timeStamp - wentAt < PAIR_MS) navigate(view.path);
      else if (event.key === "?") openHelp(true);
      else if (event.key === "/") {
        event.preventDefault();
        // At once, so that what is typed next is typed there.
        if (location.pathname !== "/app/tasks") flushSync(() => navigate("/app/tasks"));
        document.getElementById("search")?.focus();
      }
      wentAt = event.key === "g" ? event.timeStamp : -PAIR_MS;
    }
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [openHelp]);
}

/** After a change of view, a screen reader begins with its title. */
function useFocusOnTitle(path: string) {
  const last = useRef(path);
  useEffect(() => {
    if (last.current === path) return;
    last.current = path;
    document.getElementById("title")?.focus({ preventScroll: true });
  }, [path]);
}
