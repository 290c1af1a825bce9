/** The choice of calendars whose times start no runs. */

import { useCalendarNames } from "../../components/calendars/calendars";
import { CheckboxGroup } from "../../components/form/fields";
import { Link } from "../../lib/routing/router";

export function CalendarsField({ initial }: { initial: readonly string[] }) {
  const names = useCalendarNames();
  // A calendar that was deleted meanwhile stays visible, so that it can be removed.
  const options = [...new Set([...initial, ...(names ?? [])])].sort();
  return (
    <div className="wide">
      <CheckboxGroup
        // Checkboxes that come later would not have their initial values.
        key={String(names !== null)}
        name="calendars"
        label="Calendars"
        hint={
          options.length ? (
            "No run starts in their times."
          ) : (
            <>
              There is none. <Link href="/app/schedules/new-calendar">Create a calendar</Link>
            </>
          )
        }
        options={options.map((name) => [name, name])}
        defaultValues={initial}
      />
    </div>
  );
}
