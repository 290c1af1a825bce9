/** The schedules: their state, their next and their last run. */

import { Icon } from "../../components/icon";
import { Page } from "../../components/page/page";
import { ConnectionPager, pageArguments } from "../../components/page/pager";
import { EmptyState, Loading, QueryError } from "../../components/page/states";
import { affectsSchedules } from "../../components/schedules/affected";
import { ScheduleRow, ScheduleTable } from "../../components/schedules/schedule-table";
import { RequireRole } from "../../components/viewer";
import { useLiveQuery } from "../../lib/api/live";
import { graphql } from "../../lib/api/schema";
import { plural } from "../../lib/format";
import { Link, useParams } from "../../lib/routing/router";
import { BulkActions } from "./bulk-actions";
import { LabelFilter } from "./label-filter";
import { labelsOf } from "./labels";

const PAGE_SIZE = 50;

const SchedulesQuery = graphql(
  `
    query Schedules(
      $first: Int
      $after: String
      $last: Int
      $before: String
      $where: TaskScheduleWhere
    ) {
      taskSchedules(first: $first, after: $after, last: $last, before: $before, where: $where) {
        nodes {
          ...ScheduleRow
        }
        pageInfo {
          hasNextPage
          hasPreviousPage
          startCursor
          endCursor
        }
        totalCount
      }
    }
  `,
  [ScheduleRow],
);

export function Schedules() {
  const params = useParams();
  const labels = labelsOf(params);
  const where = labels.length ? { labels } : null;
  const variables = { ...pageArguments(params, PAGE_SIZE), where };
  const { data, error } = useLiveQuery(SchedulesQuery, variables, (event, data) =>
    affectsSchedules(event, data?.taskSchedules.nodes.map(({ task }) => task.queue.name) ?? []),
  );
  const page = data?.taskSchedules;
  return (
    <Page
      title="Schedules"
      lead={page ? plural(page.totalCount, "schedule") : "…"}
      query={SchedulesQuery}
      variables={variables}
      actions={
        <>
          <Link href="/app/schedules/timeline">
            <Icon name="activity" /> Timeline
          </Link>
          <Link href="/app/schedules/backfills">
            <Icon name="layers" /> Backfills
          </Link>
          <Link href="/app/schedules/calendars">
            <Icon name="calendar" /> Calendars
          </Link>
          <RequireRole>
            <Link className="button primary" href="/app/schedules/new">
              <Icon name="plus" /> Create schedule
            </Link>
          </RequireRole>
        </>
      }
    >
      <QueryError error={data && error} />
      <LabelFilter schedules={page?.nodes ?? []} />
      {!page ? (
        <Loading error={error} />
      ) : page.nodes.length ? (
        <>
          <BulkActions where={where ?? {}} scope={labels.length ? "all matching" : "all"} />
          <ScheduleTable schedules={page.nodes} />
          <ConnectionPager info={page.pageInfo}>
            {plural(page.nodes.length, "schedule")} on this page
          </ConnectionPager>
        </>
      ) : labels.length ? (
        <EmptyState>
          No schedule has {labels.length === 1 ? "this label" : "all these labels"}.
        </EmptyState>
      ) : (
        <EmptyState>
          No schedules yet. A schedule runs a task again and again.{" "}
          <RequireRole>
            <Link href="/app/schedules/new">Create a schedule</Link>
          </RequireRole>
        </EmptyState>
      )}
    </Page>
  );
}
