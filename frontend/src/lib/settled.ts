/** Values that wait until the user has stopped typing. */

import { useEffect, useMemo, useState } from "react";

const TYPING_MS = 250;

/** The value as it was before the last changes, until there are none for a moment. */
export function useSettled<Value>(value: Value): Value {
  const key = JSON.stringify(value);
  const [settledKey, setSettledKey] = useState(key);
  useEffect(() => {
    const timer = setTimeout(() => setSettledKey(key), TYPING_MS);
    return () => clearTimeout(timer);
  }, [key]);
  return useMemo(() => JSON.parse(settledKey) as Value, [settledKey]);
}
