/** The cluster at a glance: what needs attention, backlog, throughput, queue time, nodes and recent events. */

import { Page } from "../../components/page/page";
import { Panel } from "../../components/page/panel";
import { Loading, QueryError } from "../../components/page/states";
import { TimeSeries } from "../../components/time-series/time-series";
import { ReadOnly, RequireRole } from "../../components/viewer";
import { useLiveSubscription } from "../../lib/api/live";
import { Attention } from "./attention/attention";
import { FirstSteps } from "./first-steps";
import { NewTask } from "./new-task";
import { NodesPanel } from "./nodes-panel";
import { PastState } from "./past/past-state";
import "./overview.css";
import { OverviewSubscription } from "./query";
import { RecentEvents } from "./recent-events";
import { Tiles } from "./tiles";

export function Overview() {
  const { data, error } = useLiveSubscription(OverviewSubscription, {});
  const cluster = data?.cluster;
  return (
    <Page title="Overview" query={OverviewSubscription}>
      <QueryError error={cluster && error} />
      {cluster ? (
        <>
          <Attention items={cluster.attention} />
          {cluster.statusCounts.every(({ count }) => count === 0) && <FirstSteps />}
          <Tiles cluster={cluster} />
          <div className="overview">
            <Panel title="Create task" className="area-create">
              <RequireRole otherwise={<ReadOnly />}>
                <NewTask />
              </RequireRole>
            </Panel>
            <div className="area-charts">
              <TimeSeries />
            </div>
            <NodesPanel nodes={cluster.workerNodes} />
            <PastState />
            <RecentEvents />
          </div>
        </>
      ) : (
        <Loading error={error} />
      )}
    </Page>
  );
}
