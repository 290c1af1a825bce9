import { type RefObject, useLayoutEffect, useState } from "react";

/** Whether an element is narrower than a number of pixels. Known before it is painted. */
export function useIsNarrower(element: RefObject<HTMLElement | null>, pixels: number): boolean {
  const [isNarrower, setIsNarrower] = useState(false);
  useLayoutEffect(() => {
    const target = element.current;
    if (!target) return;
    const measure = () => setIsNarrower(target.clientWidth < pixels);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(target);
    return () => observer.disconnect();
  }, [element, pixels]);
  return isNarrower;
}
