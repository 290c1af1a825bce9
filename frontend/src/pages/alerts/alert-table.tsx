/** Alerts as a table. */

import { attentionLabel } from "../../components/attention-kinds";
import { Badge } from "../../components/badge";
import { Table } from "../../components/table/table";
import { Time } from "../../components/time";
import { duration } from "../../lib/format";
import type { Alert } from "./query";

export function AlertTable({ alerts }: { alerts: Alert[] }) {
  return (
    <Table
      caption="Alerts"
      minWidth={860}
      rows={alerts}
      rowKey={({ id }) => id}
      columns={[
        { header: "State", width: "116px", cell: (alert) => <State alert={alert} /> },
        { header: "Kind", width: "150px", cell: ({ kind }) => attentionLabel(kind).text },
        { header: "Message", role: "title", isLong: true, cell: ({ message }) => message },
        { header: "Opened", width: "136px", cell: ({ openedAt }) => <Time at={openedAt} /> },
        { header: "Resolved", width: "136px", cell: ({ resolvedAt }) => <Time at={resolvedAt} /> },
        { header: "Duration", width: "104px", cell: (alert) => duration(lasted(alert)) },
      ]}
    />
  );
}

function State({ alert: { resolvedAt } }: { alert: Alert }) {
  return resolvedAt ? (
    <Badge tone="success" icon="check">
      Resolved
    </Badge>
  ) : (
    <Badge tone="failed" icon="alert">
      Open
    </Badge>
  );
}

function lasted({ openedAt, resolvedAt }: Alert): number | null {
  return resolvedAt ? Date.parse(resolvedAt) - Date.parse(openedAt) : null;
}
