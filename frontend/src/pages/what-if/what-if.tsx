/** When the cluster has worked off its backlog: as it is, and with changes. It changes nothing. */

import { useState } from "react";
import { Icon } from "../../components/icon";
import { Page } from "../../components/page/page";
import { ErrorList, Loading, QueryError } from "../../components/page/states";
import { Time } from "../../components/time";
import { useLiveQuery } from "../../lib/api/live";
import type { ForecastChange } from "../../lib/api/schema";
import { navigate, useParams, withParams } from "../../lib/routing/router";
import { formatChanges, parseChanges } from "./changes";
import { ChangesPanel } from "./changes-panel";
import { ForecastQuery } from "./query";
import { Results } from "./results";

const UNREADABLE = "The address of this page contains no list of changes.";

export function WhatIf() {
  const changes = parseChanges(useParams().get("changes"));
  const [number, setNumber] = useState(0);
  return (
    <Page
      title="What if"
      lead="When the backlog is empty: as the cluster is, and with changes. Nothing is changed."
      query={ForecastQuery}
      variables={{ changes: changes ?? [] }}
      actions={
        <button type="button" onClick={() => setNumber(number + 1)}>
          <Icon name="repeat" /> Forecast again
        </button>
      }
    >
      <ChangesPanel
        changes={changes ?? []}
        onChange={(all) => navigate(withParams({ changes: formatChanges(all) }))}
      />
      {changes ? (
        <Answer key={number} changes={changes} />
      ) : (
        <ErrorList errors={[{ field: [], message: UNREADABLE }]} />
      )}
    </Page>
  );
}

function Answer({ changes }: { changes: ForecastChange[] }) {
  // A forecast takes time, so it is not repeated with each event.
  const { data, error } = useLiveQuery(ForecastQuery, { changes }, () => false);
  if (!data || error) return <Loading error={error} />;
  return (
    <>
      <p className="page-note">
        From the state at <Time at={data.forecast.at} />
      </p>
      <QueryError error={error} />
      <Results forecast={data.forecast} />
    </>
  );
}
