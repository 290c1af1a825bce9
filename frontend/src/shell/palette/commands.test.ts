import { describe, expect, test } from "vitest";
import { type Command, fragmentOf, type Group, neighbor, sectionsOf } from "./commands";

function command(group: Group, name: string, hint?: string): Command {
  return { id: `${group}/${name}`, group, name, hint, run() {} };
}

const ALL = [
  command("This page", "Create schedule"),
  command("Pages", "Schedules"),
  command("Pages", "Tasks"),
  command("Queues", "schedules-of-mail"),
  command("Schedules", "2 + 3 every 10 s", "nightly"),
  command("Search", "Search tasks for “…”"),
];

const found = (text: string) =>
  sectionsOf(ALL, text).map(({ group, commands }) => [group, commands.map(({ name }) => name)]);

describe("sectionsOf", () => {
  test("without a text, actions and pages are listed, and no names", () => {
    expect(found(" ")).toEqual([
      ["This page", ["Create schedule"]],
      ["Pages", ["Schedules", "Tasks"]],
    ]);
  });

  test("the group of the best match is first, and the search is last", () => {
    expect(found("schedules")).toEqual([
      ["Pages", ["Schedules"]],
      ["Queues", ["schedules-of-mail"]],
      ["Search", ["Search tasks for “…”"]],
    ]);
    expect(found("sched").map(([group]) => group)).toEqual([
      "Pages",
      "Queues",
      "This page",
      "Search",
    ]);
  });

  test("all words must match, also those of the hint, in any case", () => {
    expect(found("NIGHT 3")).toEqual([
      ["Schedules", ["2 + 3 every 10 s"]],
      ["Search", ["Search tasks for “…”"]],
    ]);
    expect(found("nightly tasks").map(([group]) => group)).toEqual(["Search"]);
  });

  test("what the server found matches", () => {
    const task = { ...command("Tasks", "7 + 8", "Pending"), isFound: true };
    expect(sectionsOf([...ALL, task], "a570ee06")[0]?.commands).toEqual([task]);
  });

  test("special characters have no meaning", () => {
    expect(found("2 +")).toHaveLength(2);
    expect(found("(").map(([group]) => group)).toEqual(["Search"]);
  });

  test("a group is cut", () => {
    const many = Array.from({ length: 20 }, (_, n) => command("Queues", `mail-${n}`));
    expect(sectionsOf(many, "mail")[0]?.commands).toHaveLength(8);
  });
});

test("a part of an ID has four digits or more", () => {
  expect(fragmentOf(" A570-ee06 ")).toBe("a570ee06");
  expect(fragmentOf("abc")).toBeUndefined();
  expect(fragmentOf("mail")).toBeUndefined();
});

test("after the last option comes the first", () => {
  expect(neighbor(2, 1, 3)).toBe(0);
  expect(neighbor(0, -1, 3)).toBe(2);
  expect(neighbor(0, 1, 0)).toBe(0);
});
