/** All backfills. */

import { affectsBackfills } from "../../components/backfills/affected";
import { BackfillRow, BackfillTable } from "../../components/backfills/backfill-table";
import { Page } from "../../components/page/page";
import { Pager } from "../../components/page/pager";
import { EmptyState, Loading, QueryError } from "../../components/page/states";
import { useLiveQuery } from "../../lib/api/live";
import { graphql } from "../../lib/api/schema";
import { plural } from "../../lib/format";
import { Link, useParams, withParams } from "../../lib/routing/router";

const BackfillsQuery = graphql(
  `
    query Backfills($after: String) {
      backfills(first: 25, after: $after) {
        nodes {
          ...BackfillRow
        }
        pageInfo {
          hasNextPage
          endCursor
        }
        totalCount
      }
    }
  `,
  [BackfillRow],
);

export function Backfills() {
  const after = useParams().get("after");
  const { data, error } = useLiveQuery(BackfillsQuery, { after }, (event, data) =>
    affectsBackfills(
      event,
      data?.backfills.nodes.map((each) => each.schedule?.task.queue.name) ?? [],
    ),
  );
  const page = data?.backfills;
  return (
    <Page
      title="Backfills"
      lead={page ? plural(page.totalCount, "backfill") : "…"}
      query={BackfillsQuery}
      variables={{ after }}
      actions={<Link href="/app/schedules">All schedules</Link>}
    >
      <QueryError error={page && error} />
      {!page ? (
        <Loading error={error} />
      ) : page.nodes.length ? (
        <>
          <BackfillTable backfills={page.nodes} hasSchedules />
          {(after || page.pageInfo.hasNextPage) && (
            <Pager
              newer={after !== null && withParams({ after: undefined })}
              older={
                page.pageInfo.hasNextPage &&
                withParams({ after: page.pageInfo.endCursor ?? undefined })
              }
            >
              {plural(page.nodes.length, "backfill")} on this page
            </Pager>
          )}
        </>
      ) : (
        <EmptyState>
          No backfills yet. A backfill runs the scheduled times of a range in the past.{" "}
          <Link href="/app/schedules">Choose a schedule</Link>
        </EmptyState>
      )}
    </Page>
  );
}
