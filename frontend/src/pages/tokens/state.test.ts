import { expect, test } from "vitest";
import { stateOf } from "./state";

const NOW = Date.parse("2026-11-27T12:00:00Z");

test("a token is active until it expires or is revoked", () => {
  const states = [
    { expiresAt: null, revokedAt: null },
    { expiresAt: "2026-11-27T12:00:01Z", revokedAt: null },
    { expiresAt: "2026-11-27T12:00:00Z", revokedAt: null },
    { expiresAt: "2026-11-27T11:00:00Z", revokedAt: "2026-11-27T10:00:00Z" },
  ].map((token) => stateOf(token, NOW));
  expect(states).toEqual(["active", "active", "expired", "revoked"]);
});
