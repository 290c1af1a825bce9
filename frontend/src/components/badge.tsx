/** A short state in a color, with an icon so that the color is not its only sign. */

import type { ReactNode } from "react";
import "./badge.css";
import { Icon, type IconName } from "./icon";

export type Tone = "plain" | "pending" | "running" | "success" | "failed" | "cancelled";
export type Look = { tone: Tone; icon: IconName };

export function Badge({ tone, icon, children }: Look & { children: ReactNode }) {
  return (
    <span className={`badge tone-${tone}`}>
      <Icon name={icon} />
      {children}
    </span>
  );
}
