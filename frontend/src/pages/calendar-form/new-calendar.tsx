/** Creates a calendar. */

import { useMemo } from "react";
import { calendarPath, useCalendarNames } from "../../components/calendars/calendars";
import { notify } from "../../components/notices/store";
import { Page } from "../../components/page/page";
import { ReadOnly, RequireRole } from "../../components/viewer";
import { command } from "../../lib/api/mutations";
import { navigate } from "../../lib/routing/router";
import { CalendarForm } from "./calendar-form";
import { type CalendarInput, newCalendar } from "./values";

async function create(input: CalendarInput) {
  const errors = await command("saveCalendar", input);
  if (!errors.length) {
    notify(`The calendar ${input.name} is created.`);
    navigate(calendarPath(input.name));
  }
  return errors;
}

export function NewCalendar() {
  const initial = useMemo(() => newCalendar(), []);
  const taken = useCalendarNames();
  return (
    <Page title="Create calendar" lead="Times in which the schedules that use it start no runs">
      <RequireRole otherwise={<ReadOnly />}>
        <CalendarForm
          initial={initial}
          taken={taken ?? undefined}
          submitLabel="Create calendar"
          onCancel={() => navigate("/app/schedules/calendars")}
          onSubmit={create}
        />
      </RequireRole>
    </Page>
  );
}
