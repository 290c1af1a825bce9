/** Chooses the resources whose events are listed. */

import { Chips } from "../../components/chips";
import { TOPICS } from "../../components/events/labels";
import { navigate, useParams, withParams } from "../../lib/routing/router";

const OPTIONS = [
  ["", "All"] as const,
  ...Object.keys(TOPICS).map((topic) => [topic, topic] as const),
];

export function EventTopics() {
  const chosen = useParams().get("topic") ?? "";
  return (
    <Chips
      label="Resource"
      options={OPTIONS}
      isChosen={(topic) => topic === chosen}
      onChoose={(topic) => navigate(withParams({ topic }))}
    />
  );
}
