/** The invariants of the cluster: each in words, what was examined, and the query behind it. */

import { Page } from "../../components/page/page";
import { Callout, Loading, QueryError } from "../../components/page/states";
import { Time } from "../../components/time";
import { useLiveQuery } from "../../lib/api/live";
import { duration } from "../../lib/format";
import { InvariantPanel } from "./invariant";
import { type Ledger as LedgerData, LedgerQuery } from "./query";
import { summaryOf } from "./summary";
import "./ledger.css";

/** A check reads many rows, so events do not repeat it. */
const POLL_MS = 5_000;

export function Ledger() {
  const { data, error } = useLiveQuery(LedgerQuery, {}, () => false, { pollMs: POLL_MS });
  const ledger = data?.ledger;
  return (
    <Page title="Ledger" lead={ledger ? <Lead ledger={ledger} /> : "…"} query={LedgerQuery}>
      <QueryError error={ledger && error} />
      {ledger ? (
        <Invariants ledger={ledger} isOld={error !== undefined} />
      ) : (
        <Loading error={error} />
      )}
    </Page>
  );
}

function Lead({ ledger: { checkedAt, durationMs } }: { ledger: LedgerData }) {
  return (
    <span>
      Checked in one snapshot at <Time at={checkedAt} />, in {duration(durationMs)}. Repeated every
      5 seconds.
    </span>
  );
}

function Invariants({ ledger, isOld }: { ledger: LedgerData; isOld: boolean }) {
  const { holds, checkedAt, invariants } = ledger;
  return (
    <>
      {isOld && (
        <Callout tone="pending" icon="clock">
          The check could not be repeated. This is the state at <Time at={checkedAt} />.
        </Callout>
      )}
      <Callout tone={holds ? "success" : "failed"} icon={holds ? "check" : "alert"}>
        {summaryOf(invariants)}
      </Callout>
      <div className="columns">
        {invariants.map((invariant) => (
          <InvariantPanel key={invariant.name} invariant={invariant} />
        ))}
      </div>
    </>
  );
}
