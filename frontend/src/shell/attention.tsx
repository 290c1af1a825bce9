/** Follows on every page what needs attention, and shows it outside of the overview. */

import { useEffect, useRef } from "react";
import { attentionLabel } from "../components/attention-kinds";
import { useLiveSubscription } from "../lib/api/live";
import { graphql } from "../lib/api/schema";
import { attentionCount, keyOf, useAttentionCount } from "../lib/attention";
import { showCount } from "./favicon";
import { notify } from "./notifications";

const AttentionSubscription = graphql(`
  subscription Attention {
    cluster(intervalMs: 5000) {
      attention {
        kind
        message
        queue
        slots
        workerNode {
          name
        }
        taskSchedule {
          uuid
        }
      }
    }
  }
`);

/** Renders nothing. */
export function FollowAttention() {
  const { data } = useLiveSubscription(AttentionSubscription, {});
  const items = data?.cluster.attention;
  const known = useRef<ReadonlySet<string>>(undefined);
  useEffect(() => {
    if (!items) return;
    attentionCount.set(items.length);
    showCount(items.length);
    // What is there when the page is opened is no news.
    for (const item of known.current ? items : [])
      if (!known.current?.has(keyOf(item)))
        notify(attentionLabel(item.kind).text, item.message, keyOf(item));
    known.current = new Set(items.map(keyOf));
  }, [items]);
  return null;
}

export function AttentionBadge() {
  const count = useAttentionCount();
  if (!count) return null;
  return (
    <span className="attention-count">
      {count}
      <span className="sr-only"> need attention</span>
    </span>
  );
}
