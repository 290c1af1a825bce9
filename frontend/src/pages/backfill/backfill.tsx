/** One backfill: its progress, its configuration, and its runs. */

import { BackfillActions } from "../../components/backfills/actions";
import { affectsBackfills } from "../../components/backfills/affected";
import { Progress } from "../../components/backfills/progress";
import { BackfillStateBadge } from "../../components/backfills/state";
import { Facts } from "../../components/page/facts";
import { Page } from "../../components/page/page";
import { Panel } from "../../components/page/panel";
import { EmptyState, Loading, QueryError } from "../../components/page/states";
import { recurrenceText } from "../../components/schedules/recurrence";
import { Sum } from "../../components/tasks/sum";
import { Time } from "../../components/time";
import { useLiveQuery } from "../../lib/api/live";
import { plural } from "../../lib/format";
import { Link, useParams } from "../../lib/routing/router";
import { type Backfill, BackfillQuery } from "./query";
import { Runs } from "./runs";

export function BackfillPage({ id }: { id: string }) {
  const after = useParams().get("after");
  const { data, error } = useLiveQuery(BackfillQuery, { id, after }, (event, data) =>
    affectsBackfills(event, [data?.backfill?.schedule?.task.queue.name]),
  );
  const backfill = data?.backfill;
  if (!backfill)
    return (
      <Page title={data ? "Backfill not found" : "Backfill"}>
        {data ? (
          <EmptyState>
            There is no backfill with this ID.{" "}
            <Link href="/app/schedules/backfills">Show all backfills</Link>
          </EmptyState>
        ) : (
          <Loading error={error} />
        )}
      </Page>
    );
  const { state, counts, total, schedule } = backfill;
  return (
    <Page
      title="Backfill"
      heading={
        schedule ? (
          <>
            Backfill of <Sum a={schedule.task.a} b={schedule.task.b} />
          </>
        ) : (
          "Backfill of a deleted schedule"
        )
      }
      lead={
        <>
          <BackfillStateBadge state={state} /> {plural(total, "run")}
        </>
      }
      query={BackfillQuery}
      variables={{ id, after }}
      actions={<BackfillActions layout="buttons" backfill={backfill} />}
    >
      <QueryError error={error} />
      <div className="columns">
        <Panel title="Progress">
          <Progress counts={counts} total={total} />
        </Panel>
        <Panel title="Configuration">
          <Configuration backfill={backfill} />
        </Panel>
        <Panel title="Runs" className="wide">
          <Runs runs={backfill.runs} isFirstPage={!after} />
        </Panel>
      </div>
    </Page>
  );
}

function Configuration({ backfill }: { backfill: Backfill }) {
  const { schedule, order, createdBy, endedAt, idempotencyKey } = backfill;
  return (
    <Facts
      facts={[
        [
          "Schedule",
          schedule ? (
            <Link key="schedule" href={`/app/schedules/${schedule.uuid}`}>
              <Sum a={schedule.task.a} b={schedule.task.b} /> {recurrenceText(schedule.recurrence)}
            </Link>
          ) : (
            "deleted"
          ),
        ],
        ["From", <Time key="from" at={backfill.from} />],
        ["Until", <Time key="until" at={backfill.until} />],
        ["Order", order === "OLDEST_FIRST" ? "Oldest first" : "Newest first"],
        ["Max concurrent runs", backfill.maxConcurrency],
        createdBy && ["Created by", createdBy],
        ["Created", <Time key="created" at={backfill.createdAt} />],
        ["Ended", <Time key="ended" at={endedAt} />],
        idempotencyKey && ["Idempotency key", idempotencyKey],
      ]}
    />
  );
}
