/** The pages, and which one a path names. */

import type { IconName } from "../components/icon";

export type Route =
  | { page: "overview" | "tasks" | "schedules" | "new-schedule" | "nodes" }
  | { page: "queues" | "events" | "tokens" | "calendars" | "timeline" | "not-found" }
  | { page: "task" | "schedule" | "edit-schedule"; id: string }
  | { page: "node" | "queue"; name: string };

export type Section = {
  path: string;
  name: string;
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
  { path: "/app/events", name: "Events", icon: "pulse", key: "e" },
];

export function routeOf(path: string): Route {
  if (path === "/" || path === "/app" || path === "/app/") return { page: "overview" };
  const [root, section, id, action, ...more] = path.replace(/\/$/, "").split("/").slice(1);
  if (root !== "app" || more.length) return { page: "not-found" };
  if (!id) return listOf(section);
  if (section === "tasks" && !action) return { page: "task", id };
  if (section === "nodes" && !action) return named("node", id);
  if (section === "queues" && !action) return named("queue", id);
  if (section === "schedules" && id === "new" && !action) return { page: "new-schedule" };
  if (section === "schedules" && id === "calendars" && !action) return { page: "calendars" };
  if (section === "schedules" && id === "timeline" && !action) return { page: "timeline" };
  if (section === "schedules" && !action) return { page: "schedule", id };
  if (section === "schedules" && action === "edit") return { page: "edit-schedule", id };
  return { page: "not-found" };
}

function named(page: "node" | "queue", part: string): Route {
  try {
    return { page, name: decodeURIComponent(part) };
  } catch {
    return { page: "not-found" };
  }
}

const LISTS = ["tasks", "schedules", "nodes", "queues", "events", "tokens"] as const;

function listOf(section: string | undefined): Route {
  const page = LISTS.find((name) => name === section);
  return { page: page ?? "not-found" };
}

/** Whether a path is in a section. */
export function isWithin(path: string, section: string): boolean {
  return path === section || (section !== "/" && path.startsWith(`${section}/`));
}
