/** Changes a calendar. */

import { calendarPath } from "../../components/calendars/calendars";
import { notify } from "../../components/notices/store";
import { Page } from "../../components/page/page";
import { Loading } from "../../components/page/states";
import { ReadOnly, RequireRole } from "../../components/viewer";
import { useLiveQuery } from "../../lib/api/live";
import { command } from "../../lib/api/mutations";
import { plural } from "../../lib/format";
import { navigate } from "../../lib/routing/router";
import { CalendarNotFound } from "../calendar/not-found";
import { CalendarQuery } from "../calendar/query";
import { CalendarForm } from "./calendar-form";
import { type CalendarInput, valuesOf } from "./values";

export function EditCalendar({ name }: { name: string }) {
  // What others change meanwhile does not overwrite what is being entered.
  const { data, error } = useLiveQuery(CalendarQuery, { name, after: null }, () => false);
  const calendar = data?.calendar;
  if (data && !calendar) return <CalendarNotFound />;

  async function save(input: CalendarInput) {
    const errors = await command("saveCalendar", input);
    if (!errors.length) {
      notify(`The calendar ${name} is saved.`);
      navigate(calendarPath(name));
    }
    return errors;
  }

  return (
    <Page
      title={`Edit calendar ${name}`}
      lead={
        calendar && `Used by ${plural(calendar.scheduleCount, "schedule")}. Changes apply at once.`
      }
    >
      {calendar ? (
        <RequireRole otherwise={<ReadOnly />}>
          <CalendarForm
            initial={valuesOf(calendar)}
            name={name}
            submitLabel="Save changes"
            onCancel={() => navigate(calendarPath(name))}
            onSubmit={save}
          />
        </RequireRole>
      ) : (
        <Loading error={error} />
      )}
    </Page>
  );
}
