import { expect, test } from "vitest";
import { chartSummary, differenceText, finishText, rowsOf, seriesOf } from "./comparison";
import type { Forecast, Run } from "./query";

const AT = "2026-11-28T10:00:00+00:00";

function run(seconds: number, options: Partial<Run> = {}): Run {
  const endsAt = new Date(Date.parse(AT) + seconds * 1_000).toISOString();
  const empty = { backlog: [4, 0], queues: [], nodes: [], blocked: [] };
  return { finishedAt: endsAt, endsAt, isCut: false, ...empty, ...options };
}

function forecast(baseline: Run, changed: Run | null = null): Forecast {
  return { at: AT, times: [AT, baseline.endsAt], baseline, changed };
}

test("the end is a distance from the time of the forecast", () => {
  expect(finishText(AT, run(90))).toBe("in 1 min 30 s");
  expect(finishText(AT, run(0))).toBe("empty now");
  expect(finishText(AT, run(90, { isCut: true, finishedAt: null }))).toBe("not within 1 min 30 s");
});

test("the difference says what is sooner", () => {
  expect(differenceText(forecast(run(20), run(10)))).toBe("10 s sooner");
  expect(differenceText(forecast(run(20), run(40)))).toBe("20 s later");
  expect(differenceText(forecast(run(20), run(20)))).toBe("none");
  expect(differenceText(forecast(run(20), run(9, { finishedAt: null })))).toBe("unknown");
});

test("without changes there is one line", () => {
  expect(seriesOf(forecast(run(20))).map(({ name }) => name)).toEqual(["as it is"]);
  const both = forecast(run(20), run(20, { backlog: [1_004, 0] }));
  expect(seriesOf(both)).toHaveLength(2);
  expect(chartSummary(both)).toBe("4 tasks now, 1,004 with changes.");
  expect(chartSummary(forecast(run(20)))).toBe("4 tasks now.");
});

test("rows have the values of both by name", () => {
  const node = (name: string) => ({ name, slots: 1, claims: true, utilization: 1 });
  const both = forecast(
    run(20, { nodes: [node("b")] }),
    run(20, { nodes: [node("b"), node("a")] }),
  );
  const rows = rowsOf(both, ({ nodes }) => nodes);
  expect(rows.map(({ name, before }) => [name, Boolean(before)])).toEqual([
    ["a", false],
    ["b", true],
  ]);
});
