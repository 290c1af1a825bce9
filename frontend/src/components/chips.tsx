/** A group of buttons of which one is chosen. */

import type { ReactNode } from "react";
import "./chips.css";

export function Chips<Value extends string>(props: {
  label: string;
  options: readonly (readonly [value: Value, text: ReactNode])[];
  isChosen: (value: Value) => boolean;
  onChoose: (value: Value) => void;
}) {
  return (
    <fieldset className="chips">
      <legend className="sr-only">{props.label}</legend>
      {props.options.map(([value, text]) => (
        <button
          key={value}
          type="button"
          aria-pressed={props.isChosen(value)}
          onClick={() => props.onChoose(value)}
        >
          {text}
        </button>
      ))}
    </fieldset>
  );
}
