/** The last attempts to send messages of a webhook. */

import { Badge } from "../../components/badge";
import { Dialog } from "../../components/dialog/dialog";
import { EmptyState, Loading } from "../../components/page/states";
import { Table } from "../../components/table/table";
import { Time } from "../../components/time";
import { useLiveQuery } from "../../lib/api/live";
import { graphql, type ResultOf } from "../../lib/api/schema";
import { duration } from "../../lib/format";

const POLL_MS = 2_000;

const DeliveriesQuery = graphql(`
  query WebhookDeliveries($id: ID!) {
    webhook(id: $id) {
      deliveries(first: 20) {
        messageId
        at
        attempt
        isTest
        succeeded
        status
        durationMs
        response
        error
      }
    }
  }
`);

type Delivery = NonNullable<ResultOf<typeof DeliveriesQuery>["webhook"]>["deliveries"][number];

export function Deliveries({ id, onClose }: { id: string; onClose: () => void }) {
  const { data, error } = useLiveQuery(DeliveriesQuery, { id }, () => false, { pollMs: POLL_MS });
  const deliveries = data?.webhook?.deliveries;
  return (
    <Dialog title="Deliveries" onClose={onClose}>
      {!deliveries ? (
        <Loading error={error} />
      ) : deliveries.length ? (
        <DeliveryTable deliveries={deliveries} />
      ) : (
        <EmptyState>No message was sent yet.</EmptyState>
      )}
      <div className="actions">
        <button type="button" onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  );
}

function DeliveryTable({ deliveries }: { deliveries: Delivery[] }) {
  return (
    <Table
      caption="Deliveries"
      minWidth={700}
      rows={deliveries}
      rowKey={({ messageId, attempt, at }) => `${messageId} ${attempt} ${at}`}
      columns={[
        { header: "Time", role: "title", cell: ({ at }) => <Time at={at} /> },
        { header: "Outcome", cell: (delivery) => <Outcome delivery={delivery} /> },
        { header: "Attempt", cell: ({ isTest, attempt }) => (isTest ? "Test" : attempt) },
        { header: "Duration", cell: ({ durationMs }) => duration(durationMs) },
        {
          header: "Response",
          isLong: true,
          cell: ({ error, response }) => error ?? (response || "–"),
        },
      ]}
    />
  );
}

function Outcome({ delivery: { succeeded, status } }: { delivery: Delivery }) {
  return (
    <Badge tone={succeeded ? "success" : "failed"} icon={succeeded ? "check" : "cross"}>
      {status ?? "No response"}
    </Badge>
  );
}
