/** What needs an operator's attention, each with the action that helps. */

import { attentionLabel } from "../../../components/attention-kinds";
import { Badge } from "../../../components/badge";
import { notifyResult } from "../../../components/notices/store";
import { opposite } from "../../../components/notices/undo";
import { Panel } from "../../../components/page/panel";
import { Time } from "../../../components/time";
import { RequireRole } from "../../../components/viewer";
import { command } from "../../../lib/api/mutations";
import { keyOf } from "../../../lib/attention";
import { plural } from "../../../lib/format";
import { Link } from "../../../lib/routing/router";
import "./attention.css";
import type { Cluster } from "../query";
import { type AttentionItem, LINKS } from "./items";

// The messages of these kinds contain the count.
const SAYS_COUNT = new Set<AttentionItem["kind"]>(["TICKS_MISSED", "BACKLOG_GROWING"]);

export function Attention({ items }: { items: Cluster["attention"] }) {
  if (!items.length) return null;
  return (
    <Panel
      title="Needs attention"
      className="attention"
      aside={<Link href="/app/alerts">Past alerts</Link>}
    >
      <ul>
        {items.map((item) => (
          <li key={keyOf(item)}>
            <KindBadge kind={item.kind} />
            <span className="attention-message">
              {item.message}
              <span className="muted">
                {item.count != null && !SAYS_COUNT.has(item.kind) && (
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

function KindBadge({ kind }: { kind: string }) {
  const { text, ...look } = attentionLabel(kind);
  return <Badge {...look}>{text}</Badge>;
}

function Action({ item: { kind, queue } }: { item: AttentionItem }) {
  if (kind !== "QUEUE_PAUSED" || !queue) return null;
  async function resume(name: string) {
    const undo = opposite("pauseQueue", { name }, `The queue ${name} is paused again.`);
    const errors = await command("resumeQueue", { name });
    notifyResult(errors, `The queue ${name} is resumed.`, undo);
  }
  return (
    <RequireRole>
      <button type="button" onClick={() => resume(queue)}>
        Resume queue
      </button>
    </RequireRole>
  );
}
