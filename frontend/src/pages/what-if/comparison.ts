/** What the forecasts of both clusters say, next to each other. Pure. */

import type { Series } from "../../components/chart/series";
import { count, duration, plural } from "../../lib/format";
import type { Forecast, Run } from "./query";

/** When the backlog is empty, from the time of the forecast. */
export function finishText(at: string, { endsAt, isCut }: Run): string {
  const ms = Date.parse(endsAt) - Date.parse(at);
  if (isCut) return `not within ${duration(ms)}`;
  return ms <= 0 ? "empty now" : `in ${duration(ms)}`;
}

/** How much sooner or later the changed cluster finishes. */
export function differenceText({ baseline, changed }: Forecast): string {
  if (!changed?.finishedAt || !baseline.finishedAt) return "unknown";
  const ms = Date.parse(changed.finishedAt) - Date.parse(baseline.finishedAt);
  if (ms === 0) return "none";
  return `${duration(Math.abs(ms))} ${ms < 0 ? "sooner" : "later"}`;
}

export function seriesOf({ baseline, changed }: Forecast): Series[] {
  const asItIs = { name: "as it is", color: "--muted", values: baseline.backlog };
  if (!changed) return [{ ...asItIs, color: "--accent", isArea: true }];
  return [asItIs, { name: "with changes", color: "--accent", values: changed.backlog }];
}

export function chartSummary({ baseline, changed }: Forecast): string {
  const [tasks, others] = [baseline, changed].map((run) => run?.backlog[0] ?? 0);
  const text = `${plural(tasks ?? 0, "task")} now`;
  return changed && others !== tasks ? `${text}, ${count(others ?? 0)} with changes.` : `${text}.`;
}

export type Row<Values> = { name: string; before?: Values; after?: Values };

/** The queues or nodes of both forecasts by name. */
export function rowsOf<Values extends { name: string }>(
  forecast: Forecast,
  valuesOf: (run: Run) => readonly Values[],
): Row<Values>[] {
  const rows = new Map<string, Row<Values>>();
  for (const values of valuesOf(forecast.baseline))
    rows.set(values.name, { name: values.name, before: values });
  for (const values of forecast.changed ? valuesOf(forecast.changed) : [])
    rows.set(values.name, { ...rows.get(values.name), name: values.name, after: values });
  return [...rows.values()].sort((a, b) => a.name.localeCompare(b.name));
}
