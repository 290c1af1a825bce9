/** The state of the cluster at a time in the past, which a slider chooses. The time is a part of the URL. */

import { useState } from "react";
import { Panel } from "../../../components/page/panel";
import { Loading } from "../../../components/page/states";
import { useLiveQuery } from "../../../lib/api/live";
import { localTime } from "../../../lib/format";
import { navigate, useParams, withParams } from "../../../lib/routing/router";
import { useSettled } from "../../../lib/settled";
import { rangeOf } from "../../../lib/time/time-range";
import { PastQuery } from "./query";
import { spanOf, timeOf } from "./slider";
import { PastNodes, PastQueues } from "./tables";
import "./past-state.css";

export function PastState() {
  const params = useParams();
  const [now, setNow] = useState(Date.now);
  const span = spanOf(rangeOf(params), now);
  const time = timeOf(params.get("past"), span);
  const shown = time === undefined ? "Now" : localTime(new Date(time));
  const choose = (chosen?: number) => {
    if (time === undefined) setNow(Date.now());
    const past = chosen === undefined ? "" : new Date(chosen).toISOString();
    navigate(withParams({ past }), { replace: true });
  };
  return (
    <Panel
      title="Past state"
      className="area-past"
      aside={
        time !== undefined && (
          <button type="button" aria-pressed={false} onClick={() => choose()}>
            Back to now
          </button>
        )
      }
    >
      <div className="past-slider">
        <output>{shown}</output>
        <input
          type="range"
          aria-label="Time"
          aria-valuetext={shown}
          min={span.start}
          max={span.end}
          // With steps, the slider could not stand at the time in the URL.
          step="any"
          value={time ?? span.end}
          onChange={({ target }) => choose(Math.round(target.valueAsNumber))}
        />
        <span className="muted">{localTime(new Date(span.start))}</span>
        <span className="muted">{localTime(new Date(span.end))}</span>
      </div>
      {time === undefined ? (
        <p className="muted">Move the slider to see the queues and nodes as they were.</p>
      ) : (
        // Events of the same millisecond belong to the state.
        <Answer at={new Date(time + 1).toISOString()} />
      )}
    </Panel>
  );
}

function Answer({ at }: { at: string }) {
  // The past does not change.
  const { data, error } = useLiveQuery(PastQuery, { at: useSettled(at) }, () => false);
  // While the slider moves, the last state stays, so that the page does not jump.
  const [shown, setShown] = useState(data);
  if (data && data !== shown) setShown(data);
  if (!shown || error) return <Loading error={error} />;
  return (
    <div className="past-tables" aria-busy={!data}>
      <PastQueues past={shown.clusterAt} />
      <PastNodes past={shown.clusterAt} />
    </div>
  );
}
