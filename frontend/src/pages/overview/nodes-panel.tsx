/** The nodes, and how busy each is. */

import { NodeStateBadge } from "../../components/nodes/state";
import { Panel } from "../../components/page/panel";
import { EmptyState } from "../../components/page/states";
import { Slots } from "../../components/slots";
import { rate } from "../../lib/format";
import { Link } from "../../lib/routing/router";
import type { Cluster } from "./query";
import "../../components/nodes/list.css";

export function NodesPanel({ nodes }: { nodes: Cluster["workerNodes"] }) {
  return (
    <Panel title="Nodes" className="area-nodes" aside={<Link href="/app/nodes">Manage nodes</Link>}>
      {nodes.length ? (
        <ul className="node-list">
          {nodes.map((node) => (
            <li key={node.name}>
              <Link href={`/app/nodes/${encodeURIComponent(node.name)}`}>{node.name}</Link>
              <NodeStateBadge node={node} />
              <Slots busy={node.busySlots} total={node.slots} />
              <span className="muted number">{rate(node.stats.perSecond)}/s</span>
            </li>
          ))}
        </ul>
      ) : (
        <EmptyState>No node has joined yet. Tasks stay pending until one does.</EmptyState>
      )}
    </Panel>
  );
}
