/** The state of a worker node, in a word. */

import { words } from "../../lib/format";
import { Badge, type Look } from "../badge";

export type NodeState = {
  connection: "ONLINE" | "OFFLINE";
  scheduling: "ACTIVE" | "PAUSED" | "DRAINING" | "DRAINED";
  stopRequestedAt: string | null;
};

const LOOKS: Record<NodeState["scheduling"], Look> = {
  ACTIVE: { tone: "success", icon: "check" },
  PAUSED: { tone: "pending", icon: "pause" },
  DRAINING: { tone: "pending", icon: "drain" },
  DRAINED: { tone: "cancelled", icon: "drain" },
};

export function NodeStateBadge({ node }: { node: NodeState }) {
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
  return <Badge {...LOOKS[node.scheduling]}>{words(node.scheduling)}</Badge>;
}

export function isOnline(node: Pick<NodeState, "connection">): boolean {
  return node.connection === "ONLINE";
}

/** Whether the node takes tasks. */
export function isAvailable(node: NodeState): boolean {
  return isOnline(node) && node.scheduling === "ACTIVE" && !node.stopRequestedAt;
}
