/**
 * The actions of the current page.
 *
 * They are read from the page: the palette offers the buttons that the viewer sees there, and
 * presses them. So an action that the role does not permit, or that is disabled now, is not offered,
 * and a new action of a page needs no entry of its own.
 */

import type { Command } from "./commands";

const ACTIONS = [
  ".page-head .actions > a",
  ".page-head .actions > button",
  ".toolbar > button",
  "[role=menuitem]",
]
  .map((selector) => `main ${selector}`)
  .join(", ");

export function pageActions(): Command[] {
  return elements().map((element, index) => ({
    id: `action-${index}`,
    group: "This page",
    name: nameOf(element),
    // The page may have rendered anew since.
    run: () =>
      elements()
        .find((each) => nameOf(each) === nameOf(element))
        ?.click(),
  }));
}

function elements(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>(ACTIONS)].filter(
    (element) => !element.matches(":disabled, [popovertarget]") && !element.closest(".reserved"),
  );
}

/** The text of an action; in a menu, after the name of what the menu acts on. */
function nameOf(element: HTMLElement): string {
  const text = element.textContent?.trim().replace(/\s+/g, " ") ?? "";
  const menu = element.closest("[role=menu]")?.getAttribute("aria-label");
  return menu ? `${menu.replace(/^Actions for (the )?/, "")}: ${text}` : text;
}
