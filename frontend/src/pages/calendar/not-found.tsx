import { Page } from "../../components/page/page";
import { EmptyState } from "../../components/page/states";
import { Link } from "../../lib/routing/router";

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
