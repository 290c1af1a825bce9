/** The cluster at a glance: what needs attention, backlog, throughput, queue time, nodes and recent events. */

import { Page } from "../../components/page";
import { Panel } from "../../components/panel";
import { Loading, QueryError } from "../../components/states";
import { ReadOnly, RequireRole } from "../../components/viewer";
import { useLiveSubscription } from "../../lib/api/live";
import { useParams } from "../../lib/router";
import { Attention } from "./attention/attention";
import { Charts } from "./charts/charts";
import { NewTask } from "./new-task";
import { NodesPanel } from "./nodes-panel";
import "./overview.css";
import { OverviewSubscription, type Range } from "./query";
import { RecentEvents } from "./recent-events";
import { Tiles } from "./tiles";

export function Overview() {
  const range: Range = useParams().get("range") === "1h" ? "HOUR" : "FIVE_MINUTES";
  const { data, error } = useLiveSubscription(OverviewSubscription, { range });
  const cluster = data?.cluster;
  return (
    <Page title="Overview" query={OverviewSubscription} variables={{ range }}>
      <QueryError error={cluster && error} />
      {cluster ? (
        <>
          <Attention items={cluster.attention} />
          <Tiles cluster={cluster} />
          <div className="overview">
            <Panel title="Create task" className="area-create">
              <RequireRole otherwise={<ReadOnly />}>
                <NewTask />
              </RequireRole>
            </Panel>
            <div className="area-charts">
              <Charts cluster={cluster} range={range} />
            </div>
            <NodesPanel nodes={cluster.workerNodes} />
            <RecentEvents />
          </div>
        </>
      ) : (
        <Loading error={error} />
      )}
    </Page>
  );
}
