/** A titled section of a page. */

import { type ReactNode, useId } from "react";
import "./panel.css";

export function Panel(props: {
  title: string;
  /** What stands at the other end of the title's line. */
  aside?: ReactNode;
  className?: string;
  children: ReactNode;
}) {
  const id = useId();
  return (
    <section className={`panel ${props.className ?? ""}`} aria-labelledby={id}>
      <header>
        <h2 id={id}>{props.title}</h2>
        {props.aside}
      </header>
      {props.children}
    </section>
  );
}
