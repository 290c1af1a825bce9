/** The calendars: the times in which the schedules that use them start no runs. */

import { useState } from "react";
import { FormDialog } from "../../components/dialog";
import { CheckboxGroup, SuggestField, TextField } from "../../components/form/fields";
import { Icon } from "../../components/icon";
import { notify } from "../../components/notices";
import { Page } from "../../components/page";
import { EmptyState, Loading, QueryError } from "../../components/states";
import { Table } from "../../components/table/table";
import { RequireRole } from "../../components/viewer";
import { useLiveQuery } from "../../lib/api/live";
import { command } from "../../lib/api/mutations";
import { graphql, type ResultOf } from "../../lib/api/schema";
import { count, plural, timeZone } from "../../lib/format";
import { datesText, hoursText, readCalendar, WEEKDAYS } from "./values";

const CalendarsQuery = graphql(`
  query Calendars {
    calendars {
      id
      name
      description
      timeZone
      weekly {
        days
        from
        until
      }
      dates {
        from
        until
      }
      scheduleCount
    }
  }
`);

type Calendar = ResultOf<typeof CalendarsQuery>["calendars"][number];

export function Calendars() {
  const { data, error } = useLiveQuery(CalendarsQuery, {}, ({ kind }) =>
    /^(CALENDAR|SCHEDULE)_/.test(kind),
  );
  const [isCreating, setIsCreating] = useState(false);
  const calendars = data?.calendars;
  return (
    <Page
      title="Calendars"
      lead={calendars ? plural(calendars.length, "calendar") : "…"}
      query={CalendarsQuery}
      actions={
        <RequireRole>
          <button type="button" className="primary" onClick={() => setIsCreating(true)}>
            <Icon name="plus" /> Create calendar…
          </button>
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
          No calendars yet. Schedules that use a calendar start no runs in its times.
        </EmptyState>
      )}
      {isCreating && (
        <CreateCalendar
          known={calendars?.map(({ name }) => name) ?? []}
          onClose={() => setIsCreating(false)}
        />
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
              {name}
              {description && <small className="muted">{description}</small>}
            </>
          ),
        },
        { header: "Excluded times", width: "40%", cell: excludedText },
        { header: "Time zone", width: "152px", cell: ({ timeZone }) => timeZone },
        {
          header: "Schedules",
          width: "96px",
          align: "end",
          cell: ({ scheduleCount }) => count(scheduleCount),
        },
        {
          header: "Actions",
          width: "104px",
          role: "actions",
          cell: (calendar) => <Delete calendar={calendar} />,
        },
      ]}
    />
  );
}

function excludedText({ weekly, dates }: Calendar): string {
  return [...weekly.map(hoursText), ...dates.map(datesText)].join("; ") || "none";
}

function Delete({ calendar: { name } }: { calendar: Calendar }) {
  const [isAsking, setIsAsking] = useState(false);

  async function remove() {
    const errors = await command("deleteCalendar", { name });
    if (!errors.length) notify(`The calendar ${name} is deleted.`);
    return errors;
  }

  return (
    <RequireRole>
      <button type="button" className="danger small" onClick={() => setIsAsking(true)}>
        Delete…
      </button>
      {isAsking && (
        <FormDialog
          title={`Delete the calendar ${name}?`}
          submitLabel="Delete"
          cancelLabel="Keep calendar"
          isDanger
          onClose={() => setIsAsking(false)}
          onSubmit={remove}
        >
          <p>A calendar that schedules use cannot be deleted.</p>
        </FormDialog>
      )}
    </RequireRole>
  );
}

function CreateCalendar({ known, onClose }: { known: string[]; onClose: () => void }) {
  async function create(values: FormData) {
    const { input, errors } = readCalendar(values, known);
    if (errors.length) return errors;
    const refused = await command("saveCalendar", input);
    if (!refused.length) notify(`The calendar ${input.name} is created.`);
    return refused;
  }

  return (
    <FormDialog
      title="Create calendar"
      submitLabel="Create calendar"
      cancelLabel="Cancel"
      onClose={onClose}
      onSubmit={create}
    >
      <div className="fields">
        <TextField name="name" label="Name" maxLength={63} />
        <SuggestField
          name="timeZone"
          label="Time zone"
          defaultValue={timeZone()}
          suggestions={Intl.supportedValuesOf("timeZone")}
        />
        <TextField name="description" label="Description (optional)" maxLength={1_000} />
      </div>
      <CheckboxGroup
        name="days"
        label="Every week"
        options={WEEKDAYS}
        defaultValues={[]}
        isCompact
      />
      <div className="fields">
        <TextField name="from" label="From" defaultValue="00:00" maxLength={5} />
        <TextField
          name="until"
          label="Until"
          hint="From 00:00 until 00:00 is the whole day."
          defaultValue="00:00"
          maxLength={5}
        />
        <TextField
          name="dates"
          label="Dates"
          hint="Such as 2027-12-24 to 2027-12-26, 2028-01-01."
        />
      </div>
    </FormDialog>
  );
}
