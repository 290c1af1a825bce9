/** One calendar: the times that it excludes, and the schedules that use it. */

import { CalendarActions } from "../../components/calendars/calendar-actions";
import { calendarPath } from "../../components/calendars/calendars";
import { datesText, hoursText } from "../../components/calendars/excluded-times";
import { SpanList } from "../../components/calendars/span-list";
import { Facts } from "../../components/page/facts";
import { Page } from "../../components/page/page";
import { Pager } from "../../components/page/pager";
import { Panel } from "../../components/page/panel";
import { EmptyState, Loading, QueryError } from "../../components/page/states";
import { affectsSchedules } from "../../components/schedules/affected";
import { ScheduleTable } from "../../components/schedules/schedule-table";
import { Time } from "../../components/time";
import { useLiveQuery } from "../../lib/api/live";
import { plural } from "../../lib/format";
import { navigate, useParams, withParams } from "../../lib/routing/router";
import { CalendarNotFound } from "./not-found";
import { type Calendar, CalendarQuery } from "./query";

export function CalendarPage({ name }: { name: string }) {
  const after = useParams().get("after");
  const { data, error } = useLiveQuery(
    CalendarQuery,
    { name, after },
    (event, data) =>
      event.kind.startsWith("CALENDAR_") ||
      affectsSchedules(event, data?.taskSchedules.nodes.map(({ task }) => task.queue.name) ?? []),
  );
  const calendar = data?.calendar;
  if (data && !calendar) return <CalendarNotFound />;
  if (!calendar)
    return (
      <Page title={`Calendar ${name}`}>
        <Loading error={error} />
      </Page>
    );
  const { nodes, pageInfo } = data.taskSchedules;
  return (
    <Page
      title={`Calendar ${name}`}
      lead={calendar.description || "Times in which its schedules start no runs"}
      query={CalendarQuery}
      variables={{ name, after }}
      actions={
        <CalendarActions
          layout="buttons"
          calendar={calendar}
          onRenamed={(newName) => navigate(calendarPath(newName), { replace: true })}
          onDeleted={() => navigate("/app/schedules/calendars", { replace: true })}
        />
      }
    >
      <QueryError error={error} />
      <div className="columns">
        <Panel title="Configuration">
          <Configuration calendar={calendar} />
        </Panel>
        <Panel title="Next excluded times">
          {calendar.upcoming.length ? (
            <SpanList spans={calendar.upcoming} />
          ) : (
            <EmptyState>The calendar excludes no time in the coming year.</EmptyState>
          )}
        </Panel>
        <Panel title="Schedules" className="wide">
          {nodes.length ? (
            <ScheduleTable schedules={nodes} />
          ) : (
            <EmptyState>No schedule uses the calendar. Choose it when you edit one.</EmptyState>
          )}
          {(after || pageInfo.hasNextPage) && (
            <Pager
              newer={after !== null && withParams({ after: undefined })}
              older={pageInfo.hasNextPage && withParams({ after: pageInfo.endCursor ?? undefined })}
            >
              {plural(calendar.scheduleCount, "schedule")} in total
            </Pager>
          )}
        </Panel>
      </div>
    </Page>
  );
}

function Configuration({ calendar }: { calendar: Calendar }) {
  const { weekly, dates, timeZone, createdAt, updatedAt } = calendar;
  return (
    <Facts
      facts={[
        ["Every week", <Lines key="weekly" texts={weekly.map(hoursText)} />],
        ["Dates", <Lines key="dates" texts={dates.map(datesText)} />],
        ["Time zone", timeZone],
        ["Created", <Time key="created" at={createdAt} />],
        ["Last change", <Time key="updated" at={updatedAt} />],
      ]}
    />
  );
}

function Lines({ texts }: { texts: string[] }) {
  if (!texts.length) return "none";
  return (
    <ul>
      {texts.map((text) => (
        <li key={text}>{text}</li>
      ))}
    </ul>
  );
}
