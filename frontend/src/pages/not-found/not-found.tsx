/** The page at a URL that names no page. */

import { Page } from "../../components/page/page";
import { EmptyState } from "../../components/page/states";
import { Link } from "../../lib/routing/router";

export function NotFound() {
  return (
    <Page title="Page not found">
      <EmptyState>
        There is no page at <code>{location.pathname}</code>.{" "}
        <Link href="/">Go to the overview</Link>
      </EmptyState>
    </Page>
  );
}
