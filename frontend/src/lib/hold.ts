/** Live lists hold still while the user is about to click in them. */

import { type FocusEvent, type PointerEvent, useEffect, useRef, useState } from "react";

/**
 * Whether the pointer or the focus is inside of an element.
 *
 * @returns the state, and the handlers of the element.
 */
export function useHold() {
  const [isPointed, setIsPointed] = useState(false);
  const [isFocused, setIsFocused] = useState(false);
  return {
    isHeld: isPointed || isFocused,
    handlers: {
      // A touch has no place before it happens.
      onPointerEnter: (event: PointerEvent) => setIsPointed(event.pointerType !== "touch"),
      onPointerLeave: () => setIsPointed(false),
      onFocus: () => setIsFocused(true),
      onBlur: (event: FocusEvent<HTMLElement>) =>
        setIsFocused(event.currentTarget.contains(event.relatedTarget)),
    },
  };
}

/**
 * The value; while it is held, the one that was shown when the hold began.
 *
 * @param value undefined while it is not known.
 * @param key a hold ends when the value is that of another key.
 * @returns that value, and a function that shows the newest one in spite of the hold.
 */
export function useFrozen<T>(value: T, isHeld: boolean, key = ""): [T, () => void] {
  const shown = useRef({ key, value });
  const [, setRefreshes] = useState(0);
  const isFrozen = isHeld && shown.current.key === key && shown.current.value !== undefined;
  useEffect(() => {
    if (!isFrozen) shown.current = { key, value };
  });
  function refresh() {
    shown.current = { key, value };
    setRefreshes((number) => number + 1);
  }
  return [isFrozen ? shown.current.value : value, refresh];
}
