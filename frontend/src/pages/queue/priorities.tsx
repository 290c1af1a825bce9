/** How many pending tasks of a queue have each priority. */

import { EmptyState, Loading } from "../../components/page/states";
import { useLiveQuery } from "../../lib/api/live";
import { graphql } from "../../lib/api/schema";
import { plural } from "../../lib/format";
import { Link } from "../../lib/routing/router";
import { tasksUrl } from "../../lib/search-text";
import "./priorities.css";

const PrioritiesQuery = graphql(`
  query Priorities($where: TaskWhere!) {
    taskCounts(where: $where, groupBy: PRIORITY) {
      groups {
        priority
        count
      }
      isLowerBound
    }
  }
`);

export function Priorities({ queue }: { queue: string }) {
  const where = { queue, statuses: ["PENDING" as const] };
  // Of many tasks it takes some tenths of a second, so events do not repeat it.
  const { data, error } = useLiveQuery(PrioritiesQuery, { where }, () => false, { pollMs: 5_000 });
  if (!data) return <Loading error={error} />;
  const { groups, isLowerBound } = data.taskCounts;
  if (!groups.length) return <EmptyState>No task of this queue is pending.</EmptyState>;
  const most = Math.max(...groups.map((group) => group.count));
  const sorted = [...groups].sort((one, other) => (other.priority ?? 0) - (one.priority ?? 0));
  return (
    <>
      <ol className="priorities">
        {sorted.map(({ priority, count: number }) => (
          <li key={priority}>
            <Link href={tasksUrl({ queue, status: "PENDING", priority: String(priority) })}>
              {priority}
            </Link>
            <span className="bar" style={{ inlineSize: `max(3px, ${(number / most) * 100}%)` }} />
            <span className="muted">{plural(number, "task")}</span>
          </li>
        ))}
      </ol>
      {isLowerBound && <p className="muted">Of the first million pending tasks.</p>}
    </>
  );
}
