/** The entries of the command palette, and which of them a text finds. Pure. */

export const GROUPS = [
  "This page",
  "Pages",
  "Tasks",
  "Queues",
  "Nodes",
  "Schedules",
  "Saved views",
  "Settings",
  "Search",
] as const;

export type Group = (typeof GROUPS)[number];

export type Command = {
  /** Unique in the palette. */
  id: string;
  group: Group;
  name: string;
  /** What is shown next to the name, and found as well. */
  hint?: string;
  /** Whether the server found it: then it matches without having the text in its name. */
  isFound?: boolean;
  run: () => void;
};

export type Section = { group: Group; commands: Command[] };

/** Groups of names, which are shown only if they match a text. */
const NAMED: ReadonlySet<Group> = new Set(["Tasks", "Queues", "Nodes", "Schedules"]);
const GROUP_MAX = 8;

/** The entries that match all words of a text, best first, by group. */
export function sectionsOf(commands: readonly Command[], text: string): Section[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const ranked = commands
    .map((command) => ({ command, rank: rankOf(command, words) }))
    .filter(({ rank }) => rank < Infinity)
    .sort((one, other) => one.rank - other.rank);
  // The group of the best entry is first; of equal ones, in the order of the groups.
  const bestOf = (group: Group) =>
    ranked.find(({ command }) => command.group === group)?.rank ?? Infinity;
  return GROUPS.filter((group) => bestOf(group) < Infinity)
    .sort((one, other) => bestOf(one) - bestOf(other))
    .map((group) => ({
      group,
      commands: ranked
        .filter(({ command }) => command.group === group)
        .slice(0, GROUP_MAX)
        .map(({ command }) => command),
    }));
}

/** 0 is best; Infinity does not match. */
function rankOf({ group, name, hint = "", isFound }: Command, words: string[]): number {
  if (!words.length) return NAMED.has(group) || group === "Search" ? Infinity : 0;
  if (group === "Search") return 5;
  if (isFound) return 0;
  const [first = ""] = words;
  const title = name.toLowerCase();
  const all = `${title} ${hint.toLowerCase()}`;
  if (!words.every((word) => all.includes(word))) return Infinity;
  if (title === words.join(" ")) return 0;
  if (title.startsWith(first)) return 1;
  if (new RegExp(`[^a-z0-9]${escaped(first)}`).test(title)) return 2;
  return title.includes(first) ? 3 : 4;
}

function escaped(text: string): string {
  return text.replace(/[^a-z0-9]/g, "\\$&");
}

/** The digits of an ID or of a part of one, by which the server finds tasks; else undefined. */
export function fragmentOf(text: string): string | undefined {
  const digits = text.trim().replaceAll("-", "").toLowerCase();
  return /^[0-9a-f]{4,32}$/.test(digits) ? digits : undefined;
}

/** The option after another one, from the last to the first. */
export function neighbor(index: number, step: 1 | -1, count: number): number {
  return count ? (index + step + count) % count : 0;
}
