/** The alerts: attention items that lasted, open or resolved, and the rules for them. */

import { Chips } from "../../components/chips";
import { Page } from "../../components/page/page";
import { Pager } from "../../components/page/pager";
import { Panel } from "../../components/page/panel";
import { EmptyState, Loading, QueryError } from "../../components/page/states";
import { useLiveQuery } from "../../lib/api/live";
import { plural } from "../../lib/format";
import { navigate, useParams, withParams } from "../../lib/routing/router";
import { AlertTable } from "./alert-table";
import { type AlertPage, AlertsQuery } from "./query";
import { AlertRules } from "./rules";

const STATES = [
  ["", "All"],
  ["open", "Open"],
  ["resolved", "Resolved"],
] as const;

const IS_OPEN: Record<string, boolean> = { open: true, resolved: false };

export function Alerts() {
  const params = useParams();
  const state = params.get("state") ?? "";
  const after = params.get("after");
  const variables = { open: IS_OPEN[state] ?? null, after };
  const isAffected = ({ kind }: { kind: string }) => kind.startsWith("ALERT_");
  const { data, error } = useLiveQuery(AlertsQuery, variables, isAffected);
  return (
    <Page
      title="Alerts"
      lead={data ? plural(data.alerts.totalCount, "alert") : "…"}
      query={AlertsQuery}
      variables={variables}
    >
      <div className="toolbar">
        <Chips
          label="State"
          options={STATES}
          isChosen={(value) => value === state}
          onChoose={(value) => navigate(withParams({ state: value, after: undefined }))}
        />
      </div>
      <QueryError error={data && error} />
      {data ? (
        <div className="columns">
          <div className="wide">
            <AlertList page={data.alerts} after={after} isFiltered={state !== ""} />
          </div>
          <Panel title="Rules" className="wide" aside={<RulesNote />}>
            <AlertRules rules={data.alertRules} />
          </Panel>
        </div>
      ) : (
        <Loading error={error} />
      )}
    </Page>
  );
}

function AlertList(props: { page: AlertPage; after: string | null; isFiltered: boolean }) {
  const { nodes, pageInfo } = props.page;
  if (!nodes.length)
    return (
      <EmptyState>
        {props.isFiltered
          ? "No alerts in this state."
          : "No alerts yet. An alert opens when something needs attention for some time."}
      </EmptyState>
    );
  return (
    <>
      <AlertTable alerts={nodes} />
      {(props.after || pageInfo.hasNextPage) && (
        <Pager
          newer={props.after !== null && withParams({ after: undefined })}
          older={pageInfo.hasNextPage && withParams({ after: pageInfo.endCursor ?? undefined })}
        >
          {plural(nodes.length, "alert")} on this page
        </Pager>
      )}
    </>
  );
}

function RulesNote() {
  return <small className="muted">When an item of each kind becomes an alert</small>;
}
