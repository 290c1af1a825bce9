/** The concurrency key of a task with its limit, in a few words. */

import { count } from "../../lib/format";

type Keyed = { concurrencyKey: string | null; concurrencyLimit: number };

export function concurrencyText({ concurrencyKey, concurrencyLimit }: Keyed): string {
  return concurrencyKey ? `${concurrencyKey} (at most ${count(concurrencyLimit)} running)` : "none";
}
