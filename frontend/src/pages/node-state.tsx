/** What a node is up to, in a word. */

import { words } from "../format";
import type { IconName } from "../icons";
import { Badge } from "../parts";
import { graphql } from "../schema";

type Node = {
  connection: ReturnType<typeof graphql.scalar<"WorkerNodeConnectionState">>;
  scheduling: ReturnType<typeof graphql.scalar<"WorkerNodeScheduling">>;
  stopRequestedAt: string | null;
};

const LOOKS: Record<string, { tone: string; icon: IconName }> = {
  ACTIVE: { tone: "success", icon: "check" },
  PAUSED: { tone: "pending", icon: "pause" },
  DRAINING: { tone: "pending", icon: "drain" },
  DRAINED: { tone: "cancelled", icon: "drain" },
};

export function NodeState({ node }: { node: Node }) {
  if (node.connection === "OFFLINE")
    return (
      <Badge tone="failed" icon="cross">
        Offline
      </Badge>
    );
  if (node.stopRequestedAt)
    return (
      <Badge tone="cancelled" icon="ban">
        Stopping
      </Badge>
    );
  const look = LOOKS[node.scheduling] ?? { tone: "plain", icon: "server" };
  return <Badge {...look}>{words(node.scheduling)}</Badge>;
}
