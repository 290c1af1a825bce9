/** The rules for alerts, and the dialog that changes one. */

import { useState } from "react";
import { attentionLabel } from "../../components/attention-kinds";
import { FormDialog } from "../../components/dialog/dialog";
import { CheckboxGroup, NumberField } from "../../components/form/fields";
import { notify } from "../../components/notices/store";
import { Table } from "../../components/table/table";
import { useHasRole } from "../../components/viewer";
import { command } from "../../lib/api/mutations";
import { duration } from "../../lib/format";
import { FormReader } from "../../lib/validation";
import type { AlertRule } from "./query";

const SECONDS = { min: 0, max: 86_400 };

export function AlertRules({ rules }: { rules: AlertRule[] }) {
  const isOperator = useHasRole("OPERATOR");
  return (
    <Table
      caption="Rules for alerts"
      minWidth={560}
      rows={rules}
      rowKey={({ kind }) => kind}
      columns={[
        { header: "Kind", role: "title", cell: ({ kind }) => attentionLabel(kind).text },
        { header: "Alerts", width: "104px", cell: ({ enabled }) => (enabled ? "On" : "Off") },
        {
          header: "Opens after",
          width: "120px",
          cell: ({ openAfterSeconds }) => time(openAfterSeconds),
        },
        {
          header: "Resolved after",
          width: "132px",
          cell: ({ resolveAfterSeconds }) => time(resolveAfterSeconds),
        },
        isOperator === true && {
          header: "Actions",
          width: "104px",
          role: "actions",
          cell: (rule) => <ChangeRule rule={rule} />,
        },
      ]}
    />
  );
}

function time(seconds: number): string {
  return seconds ? duration(seconds * 1_000) : "at once";
}

function ChangeRule({ rule }: { rule: AlertRule }) {
  const [isOpen, setIsOpen] = useState(false);
  const name = attentionLabel(rule.kind).text;

  async function submit(values: FormData) {
    const reader = new FormReader(values);
    const input = {
      kind: rule.kind,
      enabled: reader.list("enabled").length > 0,
      openAfterSeconds: reader.integer("openAfterSeconds", "Seconds", SECONDS),
      resolveAfterSeconds: reader.integer("resolveAfterSeconds", "Seconds", SECONDS),
    };
    const errors = reader.errors.length ? reader.errors : await command("setAlertRule", input);
    if (!errors.length) notify(`The rule for ${name} is changed.`);
    return errors;
  }

  return (
    <>
      <button
        type="button"
        className="small"
        aria-label={`Change the rule for ${name}`}
        onClick={() => setIsOpen(true)}
      >
        Change…
      </button>
      {isOpen && (
        <FormDialog
          title={`Alerts: ${name}`}
          submitLabel="Change rule"
          onClose={() => setIsOpen(false)}
          onSubmit={submit}
        >
          <CheckboxGroup
            name="enabled"
            label="Alerts"
            options={[["on", "Open alerts of this kind"]]}
            defaultValues={rule.enabled ? ["on"] : []}
          />
          <NumberField
            name="openAfterSeconds"
            label="Opens after (seconds)"
            hint="How long an item lasts before its alert opens."
            defaultValue={rule.openAfterSeconds}
            {...SECONDS}
          />
          <NumberField
            name="resolveAfterSeconds"
            label="Resolved after (seconds)"
            hint="How long an item is gone before its alert is resolved."
            defaultValue={rule.resolveAfterSeconds}
            {...SECONDS}
          />
        </FormDialog>
      )}
    </>
  );
}
