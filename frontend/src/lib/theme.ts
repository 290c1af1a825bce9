/** The color theme: the system's, unless the viewer has chosen one. */

import { createStore, useStore } from "./store";

export type Theme = "dark" | "light";

const KEY = "theme";
const systemIsDark = matchMedia("(prefers-color-scheme: dark)");

function current(): Theme {
  const chosen = localStorage.getItem(KEY);
  if (chosen === "dark" || chosen === "light") return chosen;
  return systemIsDark.matches ? "dark" : "light";
}

const theme = createStore<Theme>(current());

function apply() {
  document.documentElement.dataset.theme = current();
  theme.set(current());
}

apply();
systemIsDark.addEventListener("change", apply);

export function useTheme(): Theme {
  return useStore(theme);
}

export function chooseTheme(chosen: Theme) {
  localStorage.setItem(KEY, chosen);
  apply();
}
