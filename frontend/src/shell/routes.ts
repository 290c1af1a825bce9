/** The pages, and which one a path names. */

import type { IconName } from "../components/icon";
import type { Role } from "../lib/api/schema";

export type Route =
  | { page: "overview" | "tasks" | "schedules" | "new-schedule" | "nodes" }
  | { page: "queues" | "events" | "tokens" | "webhooks" | "not-found" }
  | { page: "calendars" | "new-calendar" | "timeline" | "backfills" }
  | { page: "what-if" | "ledger" | "tour" | "alerts" }
  | { page: "task" | "schedule" | "edit-schedule" | "backfill"; id: string }
  | { page: "node" | "queue" | "calendar" | "edit-calendar"; name: string };

type NamedPath = {
  path: string;
  name: string;
  /** The role that the page takes. All roles without one. */
  role?: Role;
};

export type Section = NamedPath & {
  icon: IconName;
  /** The key that goes there after "g". */
  key: string;
};

export const SECTIONS: readonly Section[] = [
  { path: "/", name: "Overview", icon: "home", key: "o" },
  { path: "/app/tasks", name: "Tasks", icon: "list", key: "t" },
  { path: "/app/schedules", name: "Schedules", icon: "calendar", key: "s" },
  { path: "/app/nodes", name: "Nodes", icon: "server", key: "n" },
  { path: "/app/queues", name: "Queues", icon: "layers", key: "q" },
  { path: "/app/events", name: "Events", icon: "activity", key: "e" },
  { path: "/app/ledger", name: "Ledger", icon: "ledger", key: "l" },
];

/** The pages below a section that concern no single object. */
export const SUB_PAGES: readonly NamedPath[] = [
  { path: "/app/schedules/new", name: "Create a schedule", role: "OPERATOR" },
  { path: "/app/schedules/timeline", name: "Timeline of schedules" },
  { path: "/app/schedules/backfills", name: "Backfills" },
  { path: "/app/schedules/calendars", name: "Calendars" },
  { path: "/app/schedules/new-calendar", name: "Create a calendar", role: "OPERATOR" },
  { path: "/app/what-if", name: "What if" },
];

export const TOOL_PAGES: readonly NamedPath[] = [
  { path: "/app/tour", name: "Tour", role: "OPERATOR" },
  { path: "/app/alerts", name: "Alerts" },
  { path: "/app/tokens", name: "API tokens", role: "ADMIN" },
  { path: "/app/webhooks", name: "Webhooks", role: "ADMIN" },
];

/** The other interfaces of the cluster, which are no pages of the dashboard. */
export const INTERFACES: readonly NamedPath[] = [
  { path: "/graphql/", name: "GraphiQL" },
  { path: "/api/docs/", name: "REST API" },
  { path: "/admin/", name: "Admin" },
];

export function routeOf(path: string): Route {
  if (path === "/" || path === "/app" || path === "/app/") return { page: "overview" };
  const [root, section, ...rest] = path.replace(/\/$/, "").split("/").slice(1);
  if (root !== "app") return { page: "not-found" };
  if (section === "schedules" && rest.length) return scheduleRoute(rest);
  const [id, ...more] = rest;
  if (more.length) return { page: "not-found" };
  if (!id) return listOf(section);
  if (section === "tasks") return { page: "task", id };
  if (section === "nodes") return named("node", id);
  if (section === "queues") return named("queue", id);
  return { page: "not-found" };
}

const SCHEDULE_PAGES = ["new-calendar", "calendars", "timeline", "backfills"] as const;

/** The pages below the list of schedules. */
function scheduleRoute([first = "", second, third, ...more]: string[]): Route {
  if (first === "calendars" && second && !more.length) {
    if (!third) return named("calendar", second);
    if (third === "edit") return named("edit-calendar", second);
  }
  if (third) return { page: "not-found" };
  if (first === "backfills" && second) return { page: "backfill", id: second };
  if (second === "edit") return { page: "edit-schedule", id: first };
  if (second) return { page: "not-found" };
  if (first === "new") return { page: "new-schedule" };
  const page = SCHEDULE_PAGES.find((name) => name === first);
  return page ? { page } : { page: "schedule", id: first };
}

type NamedPage = "node" | "queue" | "calendar" | "edit-calendar";

function named(page: NamedPage, part: string): Route {
  try {
    return { page, name: decodeURIComponent(part) };
  } catch {
    return { page: "not-found" };
  }
}

const LISTS = [
  ...(["tasks", "schedules", "nodes", "queues", "events"] as const),
  ...(["ledger", "what-if", "tokens", "webhooks", "tour", "alerts"] as const),
];

function listOf(section: string | undefined): Route {
  const page = LISTS.find((name) => name === section);
  return { page: page ?? "not-found" };
}

/** Whether a path is in a section. */
export function isWithin(path: string, section: string): boolean {
  return path === section || (section !== "/" && path.startsWith(`${section}/`));
}
