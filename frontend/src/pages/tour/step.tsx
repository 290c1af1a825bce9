/** One thing to look at: what it is, the links to it, and its present state. */

import type { ReactNode } from "react";
import { Link } from "../../lib/routing/router";

export function Step(props: {
  title: string;
  state?: ReactNode;
  /** The button that does it. */
  action?: ReactNode;
  links: readonly (readonly [href: string, text: string])[];
  children: ReactNode;
}) {
  return (
    <li>
      <h3>{props.title}</h3>
      <p>{props.children}</p>
      <p className="tour-links">
        {props.action}
        {props.links.map(([href, text]) => (
          <Link key={href} href={href}>
            {text}
          </Link>
        ))}
        {props.state && <span className="muted">{props.state}</span>}
      </p>
    </li>
  );
}
