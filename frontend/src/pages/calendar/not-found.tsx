import { Page } from "../../components/page";
import { EmptyState } from "../../components/states";
import { Link } from "../../lib/router";

export function CalendarNotFound() {
  return (
    <Page title="Calendar not found">
      <EmptyState>
        There is no calendar with this name.{" "}
        <Link href="/app/schedules/calendars">Show all calendars</Link>
      </EmptyState>
    </Page>
  );
}
