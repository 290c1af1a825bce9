import type { ReactNode } from "react";

/** Fields that belong together, below a title. */
export function FieldGroup({ title, children }: { title: string; children: ReactNode }) {
  return (
    <fieldset className="field-group">
      <legend>{title}</legend>
      <div className="fields">{children}</div>
    </fieldset>
  );
}
