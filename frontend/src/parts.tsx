/** The small parts that views are made of. */

import { type ReactNode, useEffect, useId, useRef, useState } from "react";
import type { CombinedError, TypedDocumentNode } from "urql";
import { explain, graphiqlUrl } from "./api";
import { fromNow, localTime, utcTime, useNow, words } from "./format";
import { Icon, type IconName } from "./icons";
import { Link } from "./router";
import type { TaskStatus, UserError } from "./schema";

const STATUS_ICONS: Record<TaskStatus, IconName> = {
  PENDING: "clock",
  RUNNING: "play",
  SUCCESS: "check",
  FAILED: "cross",
  CANCELLED: "ban",
};

export function Status({ status }: { status: TaskStatus }) {
  return (
    <Badge tone={status.toLowerCase()} icon={STATUS_ICONS[status]}>
      {words(status)}
    </Badge>
  );
}

export function Badge(props: { tone: string; icon: IconName; children: ReactNode }) {
  return (
    <span className={`badge tone-${props.tone}`}>
      <Icon name={props.icon} />
      {props.children}
    </span>
  );
}

/** A time in the viewer's zone, in UTC on hover; or how far away it is. */
export function Time({ at, relative }: { at: string | null | undefined; relative?: boolean }) {
  if (!at) return <span className="muted">–</span>;
  const date = new Date(at);
  return (
    <time dateTime={at} title={`${localTime(date)} here, ${utcTime(date)}`}>
      {relative ? <FromNow at={date} /> : localTime(date)}
    </time>
  );
}

function FromNow({ at }: { at: Date }) {
  return fromNow(at, useNow());
}

export function Sum({ a, b, result }: { a: string; b: string; result?: string | null }) {
  return (
    <span className="sum">
      {a} + {b.startsWith("-") ? `(${b})` : b}
      {result != null && (
        <>
          {" = "}
          <strong>{result}</strong>
        </>
      )}
    </span>
  );
}

export function Page(props: {
  title: string;
  heading?: ReactNode;
  lead?: ReactNode;
  actions?: ReactNode;
  query?: TypedDocumentNode<any, any>;
  variables?: object;
  children: ReactNode;
}) {
  useEffect(() => {
    document.title = `${props.title} · Cluster scheduler`;
  }, [props.title]);
  return (
    <>
      <header className="page-head">
        <div>
          <h1 id="title" tabIndex={-1}>
            {props.heading ?? props.title}
          </h1>
          {props.lead && <p className="muted">{props.lead}</p>}
        </div>
        <div className="actions">{props.actions}</div>
      </header>
      {props.children}
      {props.query && (
        <footer className="page-foot">
          <a href={graphiqlUrl(props.query, props.variables)}>
            <Icon name="code" /> The query behind this page
          </a>
        </footer>
      )}
    </>
  );
}

export function Panel(props: {
  title: string;
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

/** A table that scrolls by itself where it is too wide, which then takes the focus. */
export function Table(props: { caption: string; head: ReactNode; children: ReactNode }) {
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label={props.caption}>
      <table>
        <caption className="sr-only">{props.caption}</caption>
        <thead>
          <tr>{props.head}</tr>
        </thead>
        <tbody>{props.children}</tbody>
      </table>
    </div>
  );
}

export function Empty({ children }: { children: ReactNode }) {
  return <p className="empty">{children}</p>;
}

/** What stands in for an answer that is not there. */
export function Waiting({ error }: { error?: CombinedError }) {
  if (error) return <Problem error={error} />;
  return (
    <p className="empty" role="status">
      Loading…
    </p>
  );
}

export function Problem({ error }: { error?: CombinedError }) {
  if (!error) return null;
  return (
    <p className="problem" role="alert">
      <Icon name="alert" /> {explain(error)}
    </p>
  );
}

/** What was refused and belongs to no field of a form. */
export function Refusals({ errors, fields = [] }: { errors: UserError[]; fields?: string[] }) {
  const rest = errors.filter((error) => !fields.includes(error.field.at(-1) ?? ""));
  if (!rest.length) return null;
  return (
    <div className="problem" role="alert">
      {rest.map((error) => (
        <p key={error.field.join(".") + error.message}>
          <Icon name="alert" /> {error.message}
        </p>
      ))}
    </div>
  );
}

export function Field(props: {
  label: string;
  name: string;
  hint?: string;
  errors?: UserError[];
  children: (ids: { id: string; "aria-describedby"?: string; "aria-invalid"?: true }) => ReactNode;
}) {
  const id = useId();
  const refused = props.errors?.find((error) => error.field.at(-1) === props.name);
  const note = refused?.message ?? props.hint;
  return (
    <div className={`field ${refused ? "refused" : ""}`}>
      <label htmlFor={id}>{props.label}</label>
      {props.children({
        id,
        ...(note && { "aria-describedby": `${id}-note` }),
        ...(refused && { "aria-invalid": true as const }),
      })}
      {note && (
        <small id={`${id}-note`} role={refused ? "alert" : undefined}>
          {note}
        </small>
      )}
    </div>
  );
}

export function Dialog(props: { title: string; onClose: () => void; children: ReactNode }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog ref={dialog} aria-labelledby={id} onClose={props.onClose}>
      <h2 id={id}>{props.title}</h2>
      {props.children}
    </dialog>
  );
}

/** A button that asks before it acts. The action answers what was refused. */
export function Confirm(props: {
  title: string;
  children: ReactNode;
  label: string;
  danger?: boolean;
  onClose: () => void;
  onConfirm: () => Promise<UserError[]>;
}) {
  const [errors, setErrors] = useState<UserError[]>([]);
  const [isBusy, setIsBusy] = useState(false);
  async function confirm() {
    setIsBusy(true);
    const refused = await props.onConfirm();
    setIsBusy(false);
    setErrors(refused);
    if (!refused.length) props.onClose();
  }
  return (
    <Dialog title={props.title} onClose={props.onClose}>
      {props.children}
      <Refusals errors={errors} />
      <div className="actions">
        <button type="button" onClick={props.onClose}>
          Leave it
        </button>
        <button
          type="button"
          className={props.danger ? "danger" : "primary"}
          disabled={isBusy}
          onClick={confirm}
        >
          {props.label}
        </button>
      </div>
    </Dialog>
  );
}

export function Copy({ text, label }: { text: string; label: string }) {
  const [isCopied, setIsCopied] = useState(false);
  async function copy() {
    await navigator.clipboard.writeText(text);
    setIsCopied(true);
    setTimeout(() => setIsCopied(false), 2_000);
  }
  return (
    <button type="button" onClick={copy}>
      <Icon name={isCopied ? "check" : "copy"} />
      <span aria-live="polite">{isCopied ? "Copied" : label}</span>
    </button>
  );
}

/** How much of something is taken: a bar, and in words. */
export function Slots({ busy, all }: { busy: number; all: number }) {
  return (
    <span className="slots" role="img" aria-label={`${busy} of ${all} slots busy`}>
      {all <= 16 ? (
        Array.from({ length: all }, (_, index) => (
          <i key={index} className={index < busy ? "busy" : ""} />
        ))
      ) : (
        <meter min={0} max={all} value={busy} />
      )}
      <b>
        {busy}/{all}
      </b>
    </span>
  );
}

export function Pager(props: {
  newer?: string | false;
  older?: string | false;
  children: ReactNode;
}) {
  return (
    <nav className="pager" aria-label="Pages">
      {props.newer ? <Link href={props.newer}>← Newer</Link> : <span />}
      <span className="muted">{props.children}</span>
      {props.older ? <Link href={props.older}>Older →</Link> : <span />}
    </nav>
  );
}
