/** The step of the tour in which a node is killed, and comes back. */

import { useState } from "react";
import { Icon } from "../../components/icon";
import { KillNode } from "../../components/nodes/faults";
import { isOnline } from "../../components/nodes/state";
import { useViewer } from "../../components/viewer";
import { plural } from "../../lib/format";
import type { TourState } from "./query";
import { Step } from "./step";

export function LostNode({ nodes }: { nodes: TourState["workerNodes"] }) {
  const online = nodes.filter(isOnline);
  const canInjectFaults = useViewer()?.canInjectFaults ?? false;
  const last = online.length > 1 ? online.at(-1) : undefined;
  return (
    <Step
      title="A lost node"
      state={`${online.length} of ${plural(nodes.length, "node")} online`}
      action={canInjectFaults && last && <Kill name={last.name} />}
      links={[
        ["/app/nodes", "Nodes"],
        ["/app/ledger", "Ledger"],
      ]}
    >
      Start again, and kill a node while its slots are in use. It goes offline, other nodes run its
      tasks once more, and <code>./run</code> or Docker starts it again. The ledger shows that no
      task is lost. {!last && "At least two nodes must be online."}
    </Step>
  );
}

function Kill({ name }: { name: string }) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <button type="button" className="danger" onClick={() => setIsOpen(true)}>
        <Icon name="alert" /> Kill {name}…
      </button>
      {isOpen && <KillNode name={name} onClose={() => setIsOpen(false)} />}
    </>
  );
}
