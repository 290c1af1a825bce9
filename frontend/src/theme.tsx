/** Dark or light: as the system has it, unless somebody chose. */

import { useSyncExternalStore } from "react";

const KEY = "theme";
const dark = matchMedia("(prefers-color-scheme: dark)");
const watchers = new Set<() => void>();

function theme(): "dark" | "light" {
  const chosen = localStorage.getItem(KEY);
  if (chosen === "dark" || chosen === "light") return chosen;
  return dark.matches ? "dark" : "light";
}

function apply() {
  document.documentElement.dataset.theme = theme();
  for (const tell of watchers) tell();
}

apply();
dark.addEventListener("change", apply);

export function useTheme() {
  return useSyncExternalStore((tell) => {
    watchers.add(tell);
    return () => watchers.delete(tell);
  }, theme);
}

export function ThemeSwitch() {
  const other = useTheme() === "dark" ? "light" : "dark";
  function choose() {
    localStorage.setItem(KEY, other);
    apply();
  }
  return (
    <button type="button" onClick={choose}>
      {other === "dark" ? "Dark" : "Light"}
    </button>
  );
}
