/** The catch-up policies in words. */

import type { CatchUpPolicy } from "../../lib/api/schema";

export const CATCH_UPS: Record<CatchUpPolicy, string> = {
  LATEST: "Run the last one",
  ALL: "Run all in order",
  NONE: "Run none",
};
