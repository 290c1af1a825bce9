/** The fields of one entry of a calendar. */

import { type Dates, type Hours, WEEKDAYS } from "../../components/calendars/excluded-times";
import { CheckboxGroup, ClockField, DateField } from "../../components/form/fields";

export function HoursRow({ name, initial }: { name: string; initial: Hours }) {
  return (
    <div>
      <CheckboxGroup
        name={`${name}.days`}
        label="Days"
        options={WEEKDAYS}
        defaultValues={initial.days}
        isCompact
      />
      <div className="fields">
        <ClockField name={`${name}.from`} label="From" defaultValue={initial.from.slice(0, 5)} />
        <ClockField name={`${name}.until`} label="Until" defaultValue={initial.until.slice(0, 5)} />
      </div>
    </div>
  );
}

export function DatesRow({ name, initial }: { name: string; initial: Dates }) {
  return (
    <div className="fields">
      <DateField name={`${name}.from`} label="First day" defaultValue={initial.from} />
      <DateField
        name={`${name}.until`}
        label="Last day"
        hint="Empty: only the first day."
        defaultValue={initial.until}
      />
    </div>
  );
}
