type Token = { expiresAt: string | null; revokedAt: string | null };

export function stateOf(
  { expiresAt, revokedAt }: Token,
  now = Date.now(),
): "active" | "expired" | "revoked" {
  if (revokedAt) return "revoked";
  return expiresAt && Date.parse(expiresAt) <= now ? "expired" : "active";
}
