/** What needs an operator's attention, each with the action that helps. */

import { Badge, type Look } from "../../../components/badge";
import { notifyResult } from "../../../components/notices";
import { Panel } from "../../../components/panel";
import { Time } from "../../../components/time";
import { RequireRole } from "../../../components/viewer";
import { command } from "../../../lib/api/mutations";
import { plural } from "../../../lib/format";
import { Link } from "../../../lib/router";
import "./attention.css";
import type { Cluster } from "../query";
import { type AttentionItem, LINKS, NAMES } from "./items";

const SERIOUS: Look = { tone: "failed", icon: "alert" };
const NOTABLE: Look = { tone: "pending", icon: "clock" };
const LOOKS: Record<AttentionItem["kind"], Look> = {
  NODE_LOST: SERIOUS,
  TOO_LARGE: SERIOUS,
  NO_NODE_FOR_QUEUE: SERIOUS,
  NODES_PAUSED: NOTABLE,
  QUEUE_PAUSED: NOTABLE,
  SLOTS_IDLE: SERIOUS,
  TASKS_FAILING: SERIOUS,
  TICKS_MISSED: NOTABLE,
};

export function Attention({ items }: { items: Cluster["attention"] }) {
  if (!items.length) return null;
  return (
    <Panel title="Needs attention" className="attention">
      <ul>
        {items.map((item) => (
          <li key={keyOf(item)}>
            <Badge {...LOOKS[item.kind]}>{NAMES[item.kind]}</Badge>
            <span className="attention-message">
              {item.message}
              <span className="muted">
                {item.count != null && item.kind !== "TICKS_MISSED" && (
                  <> {plural(item.count, "task")}.</>
                )}
                {item.since && (
                  <>
                    {" "}
                    Since <Time at={item.since} />.
                  </>
                )}
              </span>
            </span>
            <span className="attention-actions">
              <Action item={item} />
              <Link href={LINKS[item.kind].href(item)}>{LINKS[item.kind].label}</Link>
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Action({ item: { kind, queue } }: { item: AttentionItem }) {
  if (kind !== "QUEUE_PAUSED" || !queue) return null;
  async function resume(name: string) {
    notifyResult(await command("resumeQueue", { name }), `The queue ${name} is resumed.`);
  }
  return (
    <RequireRole>
      <button type="button" onClick={() => resume(queue)}>
        Resume queue
      </button>
    </RequireRole>
  );
}

function keyOf({ kind, queue, slots, workerNode, taskSchedule }: AttentionItem): string {
  return [kind, queue, slots, workerNode?.name, taskSchedule?.uuid].join();
}
