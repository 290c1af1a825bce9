/** The event log: its live end, or a part of it before or after a cursor. */

import { TOPICS, type Topic } from "../../components/events/labels";
import { Icon } from "../../components/icon";
import { Page } from "../../components/page/page";
import { graphiqlUrl } from "../../lib/api/client";
import { EventStream } from "../../lib/api/events";
import { Link, useParams, withParams } from "../../lib/routing/router";
import { EventsAfter } from "./events-after";
import { EventsBefore, EventsQuery, eventsVariables } from "./events-before";
import { EventTopics } from "./topics";

export function Events() {
  const params = useParams();
  const topic = params.get("topic") ?? "";
  const after = params.get("after");
  const before = params.get("before");
  const kinds = TOPICS[topic as Topic];
  const query = after
    ? { query: EventStream, variables: { after } }
    : { query: EventsQuery, variables: eventsVariables(before, kinds) };
  return (
    <Page
      title="Events"
      lead={after ? "Events after a permalink, oldest first" : "Newest first"}
      {...query}
      actions={
        <>
          {(after || before) && (
            <Link className="button" href={withParams({ after: undefined, before: undefined })}>
              <Icon name="activity" /> Jump to latest
            </Link>
          )}
          <a className="quiet" href={graphiqlUrl(EventStream)}>
            <Icon name="code" /> Open subscription in GraphiQL
          </a>
        </>
      }
    >
      {after ? (
        <EventsAfter key={after + topic} after={after} kinds={kinds} topics={<EventTopics />} />
      ) : (
        <EventsBefore
          key={(before ?? "") + topic}
          before={before}
          kinds={kinds}
          topics={<EventTopics />}
        />
      )}
    </Page>
  );
}
