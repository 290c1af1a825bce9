/** Follows on every page how many things need attention, and shows the number in the navigation. */

import { useEffect } from "react";
import { useLiveSubscription } from "../lib/api/live";
import { graphql } from "../lib/api/schema";
import { attentionCount, useAttentionCount } from "../lib/attention";

const AttentionSubscription = graphql(`
  subscription Attention {
    cluster(intervalMs: 5000) {
      attention {
        kind
      }
    }
  }
`);

/** Renders nothing. */
export function FollowAttention() {
  const { data } = useLiveSubscription(AttentionSubscription, {});
  const count = data?.cluster.attention.length ?? 0;
  useEffect(() => attentionCount.set(count), [count]);
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
