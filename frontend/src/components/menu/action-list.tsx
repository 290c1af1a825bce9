/** The actions on an object, for operators: as a menu in a list, or as buttons on its page. */

import type { ReactNode } from "react";
import { Icon } from "../icon";
import { RequireRole } from "../viewer";
import { Menu, type MenuItem } from "./menu";

export type ActionLayout = "menu" | "buttons";

export function ActionList(props: {
  layout: ActionLayout;
  /** The name of the menu. */
  label: string;
  items: MenuItem[];
  /** The dialog that an action has opened. */
  children: ReactNode;
}) {
  return (
    <RequireRole>
      {props.layout === "menu" ? (
        <Menu label={props.label} items={props.items} />
      ) : (
        <Buttons items={props.items} />
      )}
      {props.children}
    </RequireRole>
  );
}

function Buttons({ items }: { items: MenuItem[] }) {
  return items.map(({ label, icon, isDanger, onSelect }) => (
    <button
      key={label}
      type="button"
      className={isDanger ? "danger" : undefined}
      onClick={onSelect}
    >
      <Icon name={icon} /> {label}
    </button>
  ));
}
