/** When the scheduled times of all schedules come, and when many come at once. */

import { Chips } from "../../components/chips";
import { Page } from "../../components/page/page";
import { Panel } from "../../components/page/panel";
import { Callout, EmptyState, Loading, QueryError } from "../../components/page/states";
import { Table } from "../../components/table/table";
import { Time } from "../../components/time";
import { useLiveQuery } from "../../lib/api/live";
import { count, localTime, plural } from "../../lib/format";
import { Link, navigate, useParams, withParams } from "../../lib/routing/router";
import { useNow } from "../../lib/time/clock";
import { Bars } from "./bars";
import { type Density, type Slot, TimelineQuery } from "./query";
import { busiest, calendarsOf, highest } from "./slots";

const RANGES = [
  ["24h", "24 hours"],
  ["7d", "7 days"],
] as const;
const HOURS = { "24h": 24, "7d": 168 };
const REFRESH_MS = 5 * 60_000;
const BUSIEST_MAX = 10;

export function Timeline() {
  const range = useParams().get("range") === "7d" ? "7d" : "24h";
  // Time passes without events: a new key queries again.
  const period = Math.floor(useNow() / REFRESH_MS);
  return <TimelineOf key={period} range={range} />;
}

function TimelineOf({ range }: { range: keyof typeof HOURS }) {
  const variables = { hours: HOURS[range] };
  // Runs of schedules are events too, but they do not change what is scheduled.
  const { data, error } = useLiveQuery(TimelineQuery, variables, ({ kind }) =>
    /^(CALENDAR|SCHEDULE)_/.test(kind),
  );
  const density = data?.scheduleDensity;
  return (
    <Page
      title="Schedule timeline"
      lead={density ? leadOf(density, range) : "…"}
      query={TimelineQuery}
      variables={variables}
      actions={<Link href="/app/schedules">All schedules</Link>}
    >
      <QueryError error={density && error} />
      <div className="toolbar">
        <Chips
          label="Time range"
          options={RANGES}
          isChosen={(each) => each === range}
          onChoose={(each) => navigate(withParams({ range: each === "7d" ? each : undefined }))}
        />
      </div>
      {density ? <Slots density={density} /> : <Loading error={error} />}
    </Page>
  );
}

function leadOf({ timeSlots, scheduleCount }: Density, range: keyof typeof HOURS): string {
  const times = timeSlots.reduce((sum, slot) => sum + slot.count, 0);
  const name = range === "7d" ? "7 days" : "24 hours";
  return `${plural(times, "scheduled time")} of ${plural(scheduleCount, "schedule")} in the next ${name}`;
}

function Slots({ density }: { density: Density }) {
  const { timeSlots, slotMinutes, isEstimate } = density;
  const length = slotMinutes === 60 ? "hour" : `${slotMinutes} minutes`;
  if (!timeSlots.some((slot) => slot.count))
    return <EmptyState>No schedule starts a run in this time range.</EmptyState>;
  return (
    <div className="columns">
      {isEstimate && (
        <div className="wide">
          <Callout tone="pending" icon="alert">
            There are more schedules or scheduled times than are counted here. The numbers are too
            low.
          </Callout>
        </div>
      )}
      <BarPanel
        title={`Scheduled times per ${length}`}
        unit="scheduled time"
        density={density}
        valueOf={(slot) => slot.count}
      />
      <BarPanel
        title="Schedules due in the same minute"
        unit="schedule"
        density={density}
        valueOf={(slot) => slot.collisions}
      />
      <Panel title="Busiest minutes" className="wide">
        <Busiest slots={busiest(timeSlots, BUSIEST_MAX)} length={length} />
      </Panel>
    </div>
  );
}

function BarPanel(props: {
  title: string;
  unit: string;
  density: Density;
  valueOf: (slot: Slot) => number;
}) {
  const { timeSlots } = props.density;
  const values = timeSlots.map(props.valueOf);
  const top = highest(values) ?? 0;
  const slot = timeSlots[top] as Slot;
  const most = plural(values[top] as number, props.unit);
  const calendars = calendarsOf(timeSlots);
  const summary = `Most from ${localTime(new Date(slot.startsAt))}: ${most}.`;
  return (
    <Panel title={props.title} className="wide">
      <p className="muted">
        {summary}
        {calendars.length > 0 && (
          <>
            {" "}
            <i className="excluded-key" /> Excluded by {calendars.join(", ")}
          </>
        )}
      </p>
      <Bars
        density={props.density}
        valueOf={props.valueOf}
        summary={`${props.title}. ${summary}`}
      />
    </Panel>
  );
}

function Busiest({ slots, length }: { slots: Slot[]; length: string }) {
  if (!slots.length) return <EmptyState>No two schedules are due in the same minute.</EmptyState>;
  return (
    <Table
      caption="Busiest minutes"
      minWidth={420}
      rows={slots}
      rowKey={({ startsAt }) => startsAt}
      columns={[
        {
          header: "Minute",
          role: "title",
          cell: ({ busiestMinute }) => <Time at={busiestMinute} />,
        },
        {
          header: "Schedules due",
          width: "30%",
          align: "end",
          cell: ({ collisions }) => count(collisions),
        },
        {
          header: `Scheduled times in these ${length === "hour" ? "60 minutes" : length}`,
          width: "40%",
          align: "end",
          cell: (slot) => count(slot.count),
        },
      ]}
    />
  );
}
