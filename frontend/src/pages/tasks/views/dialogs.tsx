/** The dialogs that save a view and delete one. */

import { FormDialog } from "../../../components/dialog/dialog";
import { TextField } from "../../../components/form/fields";
import { notify } from "../../../components/notices/store";
import { opposite } from "../../../components/notices/undo";
import { Facts } from "../../../components/page/facts";
import { useViewer } from "../../../components/viewer";
import { command } from "../../../lib/api/mutations";
import { FormReader } from "../../../lib/validation";
import { COLUMN_LABELS } from "../columns/columns";
import { ORDERS } from "../orders";
import type { ListState } from "./list-state";
import type { SavedView } from "./query";

const NAME_MAX_LENGTH = 63;

export function SaveView(props: {
  state: ListState;
  /** The name of the saved view that shows the same. */
  name?: string;
  onClose: () => void;
}) {
  const { search, order, columns } = props.state;
  const viewer = useViewer();
  async function submit(values: FormData) {
    const reader = new FormReader(values);
    const name = reader.requiredText("name", "Name");
    if (reader.errors.length) return reader.errors;
    const orderBy = ORDERS[order]?.orderBy ?? null;
    const input = { name, search, orderBy, columns: columns && [...columns] };
    const errors = await command("saveView", input);
    if (!errors.length) notify(`The view ${name} is saved.`);
    return errors;
  }
  return (
    <FormDialog title="Save view" submitLabel="Save view" onClose={props.onClose} onSubmit={submit}>
      <Facts
        facts={[
          ["Search", search ? <code key="search">{search}</code> : "All tasks"],
          ["Sort", (ORDERS[order] ?? ORDERS[""])?.label],
          ["Columns", columns ? columnsText(columns) : "Those that fit the search"],
        ]}
      />
      <TextField
        name="name"
        label="Name"
        defaultValue={props.name}
        maxLength={NAME_MAX_LENGTH}
        hint="Replaces the saved view with the same name."
      />
      <p className="muted">
        {viewer?.name
          ? "Only you see it."
          : "Everyone who opens the dashboard sees it, because no login is required."}
      </p>
    </FormDialog>
  );
}

function columnsText(columns: NonNullable<ListState["columns"]>): string {
  return columns.map((column) => COLUMN_LABELS[column]).join(", ") || "None";
}

export function DeleteView({ view, onClose }: { view: SavedView; onClose: () => void }) {
  async function submit() {
    const errors = await command("deleteView", { id: view.id });
    const { id: _, ...kept } = view;
    const undo = opposite("saveView", kept, `The view ${view.name} is saved again.`);
    if (!errors.length) notify(`The view ${view.name} is deleted.`, undo);
    return errors;
  }
  return (
    <FormDialog
      title={`Delete the view ${view.name}?`}
      submitLabel="Delete"
      cancelLabel="Keep view"
      isDanger
      onClose={onClose}
      onSubmit={submit}
    >
      <p>The tasks are not affected.</p>
    </FormDialog>
  );
}
