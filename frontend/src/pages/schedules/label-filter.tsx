/** Chooses the labels that the listed schedules have: from those in sight, or by name. */

import { Chips } from "../../components/chips";
import "../../components/page/filters.css";
import { navigate, useParams } from "../../lib/routing/router";
import { choicesOf, labelsOf, withToggledLabel } from "./labels";

export function LabelFilter({ schedules }: { schedules: readonly { labels: string[] }[] }) {
  const params = useParams();
  const chosen = labelsOf(params);
  const choices = choicesOf(chosen, schedules);

  function toggle(label: string) {
    const changed = withToggledLabel(params, label);
    navigate(changed.size ? `${location.pathname}?${changed}` : location.pathname);
  }

  function add(values: FormData) {
    const label = String(values.get("label")).trim();
    if (label && !chosen.includes(label)) toggle(label);
  }

  return (
    <search className="filters">
      {/* The key empties the field when the filter has changed. */}
      <form action={add} key={String(params)}>
        <label className="select">
          <span>Label</span>
          <input name="label" maxLength={63} autoComplete="off" placeholder="Name, then Enter" />
        </label>
      </form>
      <Chips
        label="Labels"
        options={choices.map((label) => [label, label])}
        isChosen={(label) => chosen.includes(label)}
        onChoose={toggle}
      />
    </search>
  );
}
