import { expect, test } from "vitest";
import type { ClusterEvent } from "../../lib/api/events";
import { mergeEvents, ofKinds } from "./merge";

const event = (cursor: string, kind = "TASK_CREATED") => ({ cursor, kind }) as ClusterEvent;

test("events that come twice are listed once, in order, the newest ones", () => {
  const merged = mergeEvents([event("1"), event("2")], [event("2"), event("3")], 2);
  expect(merged.map(({ cursor }) => cursor)).toEqual(["2", "3"]);
});

test("without a filter all kinds are listed", () => {
  const events = [event("1"), event("2", "NODE_ONLINE")];
  expect(ofKinds(events, undefined)).toHaveLength(2);
  expect(ofKinds(events, ["NODE_ONLINE"])).toEqual([events[1]]);
});
