/** The results of a task's runs. */

import { EmptyState } from "../../components/page/states";
import { Table } from "../../components/table/table";
import { Time } from "../../components/time";
import type { Task } from "./data";

export function Results({ task }: { task: Task }) {
  if (!task.results.length)
    return <EmptyState>A result appears here when a run succeeds.</EmptyState>;
  return (
    <Table
      caption="Results, newest first"
      minWidth={380}
      rows={task.results}
      rowKey={({ id }) => id}
      columns={[
        { header: "Run", width: "56px", align: "end", cell: ({ run }) => run },
        { header: "Result", align: "end", cell: ({ result }) => result },
        { header: "Node", cell: ({ workerNode }) => workerNode?.name ?? "–" },
        { header: "Stored", width: "136px", cell: ({ createdAt }) => <Time at={createdAt} /> },
      ]}
    />
  );
}
