/** A button that opens the views of the list: links to the built-in and the saved ones. */

import { type FocusEvent, type ReactNode, useState } from "react";
import { Icon } from "../../../components/icon";
import { usePopover } from "../../../components/menu/popover";
import { Loading } from "../../../components/page/states";
import { useLiveQuery } from "../../../lib/api/live";
import { Link, useParams } from "../../../lib/routing/router";
import { useChosenColumns } from "../columns/column-choices";
import { viewOf } from "../search/search";
import { DeleteView, SaveView } from "./dialogs";
import { BUILT_IN, isSame, type ListState, type NamedState, stateOf, urlOf } from "./list-state";
import { type SavedView, SavedViewsQuery, savedState } from "./query";
import "./views.css";

type Dialog = { kind: "save" } | { kind: "delete"; view: SavedView };

export function Views() {
  const current = stateOf(useParams());
  const shown = { ...current, columns: useChosenColumns(viewOf(current.search)) };
  const popover = usePopover((panel) => panel.querySelector<HTMLElement>("a")?.focus());
  const { isOpen, close } = popover;
  const [dialog, setDialog] = useState<Dialog>();
  // Each opening shows the present ones: the event log has no events of views.
  const { data, error } = useLiveQuery(SavedViewsQuery, {}, () => false, { isActive: isOpen });
  const saved = data?.savedViews;

  /** The focus is back on the button before a dialog opens, which returns it there. */
  function show(next: Dialog) {
    close();
    setDialog(next);
  }

  function leave(event: FocusEvent) {
    const to = event.relatedTarget;
    const { button, panel } = popover;
    if (to && to !== button.current && !panel.current?.contains(to)) panel.current?.hidePopover();
  }

  return (
    <>
      <button {...popover.buttonProps} type="button">
        <Icon name="bookmark" /> Views
      </button>
      <section {...popover.panelProps} className="views" aria-label="Views" onBlur={leave}>
        <p className="muted">Built-in</p>
        <ul aria-label="Built-in views">
          {BUILT_IN.map((view) => (
            <ViewItem key={view.name} view={view} current={current} onChoose={close} />
          ))}
        </ul>
        <p className="muted">Saved</p>
        {!saved ? (
          isOpen && <Loading error={error} />
        ) : saved.length ? (
          <ul aria-label="Saved views">
            {saved.map((view) => (
              <ViewItem key={view.id} view={savedState(view)} current={current} onChoose={close}>
                <button
                  type="button"
                  aria-label={`Delete ${view.name}`}
                  onClick={() => show({ kind: "delete", view })}
                >
                  <Icon name="cross" />
                </button>
              </ViewItem>
            ))}
          </ul>
        ) : (
          <p>Searches that you save appear here.</p>
        )}
        <button type="button" className="save-view" onClick={() => show({ kind: "save" })}>
          <Icon name="plus" /> Save this view…
        </button>
      </section>
      {dialog?.kind === "save" && (
        <SaveView
          state={shown}
          name={saved?.find((view) => isSame(savedState(view), shown))?.name}
          onClose={() => setDialog(undefined)}
        />
      )}
      {dialog?.kind === "delete" && (
        <DeleteView view={dialog.view} onClose={() => setDialog(undefined)} />
      )}
    </>
  );
}

function ViewItem(props: {
  view: NamedState;
  current: ListState;
  onChoose: () => void;
  children?: ReactNode;
}) {
  const { view, current } = props;
  return (
    <li>
      <Link
        href={urlOf(view)}
        aria-current={isSame(view, current) ? "true" : undefined}
        onClick={props.onChoose}
      >
        <span>{view.name}</span>
        <code>{view.search || "all tasks"}</code>
      </Link>
      {props.children}
    </li>
  );
}
