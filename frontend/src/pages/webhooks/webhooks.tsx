/** The webhooks: their state, their deliveries, and their control. For admins. */

import { useState } from "react";
import { Badge, type Look } from "../../components/badge";
import { Icon } from "../../components/icon";
import { Page } from "../../components/page/page";
import { EmptyState, Loading, QueryError } from "../../components/page/states";
import { Table } from "../../components/table/table";
import { Time } from "../../components/time";
import { useHasRole } from "../../components/viewer";
import { useLiveQuery } from "../../lib/api/live";
import { graphql, type ResultOf, type WebhookState } from "../../lib/api/schema";
import { plural, words } from "../../lib/format";
import { WebhookActions } from "./actions";
import { CreateWebhook } from "./create-webhook";

// Attempts are no events of the log.
const POLL_MS = 3_000;

const WebhooksQuery = graphql(`
  query Webhooks {
    webhooks(first: 100) {
      nodes {
        id
        url
        document
        variables
        cursor
        state
        message
        owner
        attempts
        nextAttemptAt
        createdAt
      }
    }
  }
`);

export type Webhook = ResultOf<typeof WebhooksQuery>["webhooks"]["nodes"][number];

export function Webhooks() {
  const isAdmin = useHasRole("ADMIN");
  if (isAdmin) return <WebhooksPage />;
  return (
    <Page title="Webhooks">
      {isAdmin === false && <EmptyState>Only admins can manage webhooks.</EmptyState>}
    </Page>
  );
}

function WebhooksPage() {
  const isAffected = ({ kind }: { kind: string }) => kind.startsWith("WEBHOOK_");
  const { data, error } = useLiveQuery(WebhooksQuery, {}, isAffected, { pollMs: POLL_MS });
  const [isCreating, setIsCreating] = useState(false);
  const webhooks = data?.webhooks.nodes;
  return (
    <Page
      title="Webhooks"
      lead={webhooks ? plural(webhooks.length, "webhook") : "…"}
      query={WebhooksQuery}
      actions={
        <button type="button" className="primary" onClick={() => setIsCreating(true)}>
          <Icon name="plus" /> Create webhook…
        </button>
      }
    >
      <QueryError error={webhooks && error} />
      {!webhooks ? (
        <Loading error={error} />
      ) : webhooks.length ? (
        <WebhookTable webhooks={webhooks} />
      ) : (
        <EmptyState>
          No webhooks yet. A webhook sends the responses of a subscription to a URL.
        </EmptyState>
      )}
      {isCreating && <CreateWebhook onClose={() => setIsCreating(false)} />}
    </Page>
  );
}

function WebhookTable({ webhooks }: { webhooks: Webhook[] }) {
  return (
    <Table
      caption="Webhooks"
      minWidth={980}
      rows={webhooks}
      rowKey={({ id }) => id}
      columns={[
        { header: "URL", role: "title", cell: ({ url }) => <span className="id">{url}</span> },
        { header: "State", width: "112px", cell: ({ state }) => <State state={state} /> },
        { header: "Reason", width: "280px", isLong: true, cell: ({ message }) => message ?? "–" },
        {
          header: "Next attempt",
          width: "136px",
          cell: ({ nextAttemptAt }) => (nextAttemptAt ? <Time at={nextAttemptAt} /> : "–"),
        },
        { header: "Owner", width: "110px", cell: ({ owner }) => owner ?? "–" },
        { header: "Created", width: "136px", cell: ({ createdAt }) => <Time at={createdAt} /> },
        {
          header: "Actions",
          width: "56px",
          role: "actions",
          cell: (webhook) => <WebhookActions webhook={webhook} />,
        },
      ]}
    />
  );
}

const LOOKS: Record<WebhookState, Look> = {
  ACTIVE: { tone: "success", icon: "check" },
  RETRYING: { tone: "pending", icon: "repeat" },
  DISABLED: { tone: "failed", icon: "ban" },
  INVALID: { tone: "failed", icon: "alert" },
};

function State({ state }: { state: WebhookState }) {
  return <Badge {...LOOKS[state]}>{words(state)}</Badge>;
}
