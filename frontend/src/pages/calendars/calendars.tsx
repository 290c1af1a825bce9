/** The calendars: the times in which the schedules that use them start no runs. */

import { CalendarActions } from "../../components/calendars/calendar-actions";
import { calendarPath } from "../../components/calendars/calendars";
import { datesText, ExcludedTimes, hoursText } from "../../components/calendars/excluded-times";
import { Icon } from "../../components/icon";
import { Page } from "../../components/page/page";
import { EmptyState, Loading, QueryError } from "../../components/page/states";
import { Table } from "../../components/table/table";
import { RequireRole } from "../../components/viewer";
import { useLiveQuery } from "../../lib/api/live";
import { graphql, type ResultOf } from "../../lib/api/schema";
import { count, plural } from "../../lib/format";
import { Link } from "../../lib/routing/router";

const SHOWN_MAX = 6;

const CalendarsQuery = graphql(
  `
  query Calendars {
    calendars {
      id
      name
      description
      ...ExcludedTimes
      scheduleCount
    }
  }
`,
  [ExcludedTimes],
);

type Calendar = ResultOf<typeof CalendarsQuery>["calendars"][number];

export function Calendars() {
  const { data, error } = useLiveQuery(CalendarsQuery, {}, ({ kind }) =>
    /^(CALENDAR|SCHEDULE)_/.test(kind),
  );
  const calendars = data?.calendars;
  return (
    <Page
      title="Calendars"
      lead={calendars ? plural(calendars.length, "calendar") : "…"}
      query={CalendarsQuery}
      actions={
        <RequireRole>
          <Link className="button primary" href="/app/schedules/new-calendar">
            <Icon name="plus" /> Create calendar
          </Link>
        </RequireRole>
      }
    >
      <QueryError error={calendars && error} />
      {!calendars ? (
        <Loading error={error} />
      ) : calendars.length ? (
        <CalendarTable calendars={calendars} />
      ) : (
        <EmptyState>
          No calendars yet. Schedules that use a calendar start no runs in its times.{" "}
          <RequireRole>
            <Link href="/app/schedules/new-calendar">Create a calendar</Link>
          </RequireRole>
        </EmptyState>
      )}
    </Page>
  );
}

function CalendarTable({ calendars }: { calendars: Calendar[] }) {
  return (
    <Table
      caption="Calendars"
      minWidth={720}
      rows={calendars}
      rowKey={({ id }) => id}
      columns={[
        {
          header: "Name",
          role: "title",
          cell: ({ name, description }) => (
            <>
              <Link href={calendarPath(name)}>{name}</Link>
              {description && <small className="muted">{description}</small>}
            </>
          ),
        },
        { header: "Excluded times", width: "40%", isLong: true, cell: excludedText },
        { header: "Time zone", width: "152px", cell: ({ timeZone }) => timeZone },
        {
          header: "Schedules",
          width: "96px",
          align: "end",
          cell: ({ scheduleCount }) => count(scheduleCount),
        },
        {
          header: "Actions",
          width: "56px",
          role: "actions",
          cell: (calendar) => <CalendarActions layout="menu" calendar={calendar} />,
        },
      ]}
    />
  );
}

function excludedText({ weekly, dates }: Calendar): string {
  const texts = [...weekly.map(hoursText), ...dates.map(datesText)];
  const rest = texts.length - SHOWN_MAX;
  const more = rest > 0 ? [`${count(rest)} more`] : [];
  return [...texts.slice(0, SHOWN_MAX), ...more].join("; ") || "none";
}
