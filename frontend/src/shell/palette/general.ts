/** The entries that every page has: all pages, settings, and the search of tasks. */

import { useHasRole } from "../../components/viewer";
import type { Role } from "../../lib/api/schema";
import { navigate } from "../../lib/routing/router";
import { chooseTheme, useTheme } from "../../lib/theme";
import { urlOf } from "../../pages/tasks/views/list-state";
import { INTERFACES, SECTIONS, SUB_PAGES, TOOL_PAGES } from "../routes";
import type { Command } from "./commands";

export function useGeneralCommands(showShortcuts: () => void): Command[] {
  const may: Record<Role, boolean | undefined> = {
    VIEWER: true,
    OPERATOR: useHasRole("OPERATOR"),
    ADMIN: useHasRole("ADMIN"),
  };
  const theme = useTheme() === "dark" ? "light" : "dark";
  const pages = [...SECTIONS, ...SUB_PAGES, ...TOOL_PAGES];
  return [
    ...pages.filter(({ role = "VIEWER" }) => may[role]).map(({ name, path }) => page(name, path)),
    ...INTERFACES.map(({ name, path }) => ({
      ...page(name, path),
      // Not a page of the dashboard, so the browser loads it.
      run: () => location.assign(path),
    })),
    setting(`Use the ${theme} theme`, () => chooseTheme(theme)),
    setting("Keyboard shortcuts", showShortcuts),
  ];
}

function page(name: string, path: string): Command {
  return { id: path, group: "Pages", name, run: () => navigate(path) };
}

function setting(name: string, run: () => void): Command {
  return { id: name, group: "Settings", name, run };
}

/** The last entry: what was entered, as a search of the list of tasks. */
export function searchCommand(text: string): Command {
  const search = text.trim();
  return {
    id: "search",
    group: "Search",
    name: `Search tasks for “${search}”`,
    run: () => navigate(urlOf({ search, order: "", columns: null })),
  };
}
