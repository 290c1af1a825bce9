/** Short messages about the result of an action. They disappear by themselves. */

import type { UserError } from "../lib/api/schema";
import { createStore, useStore } from "../lib/store";
import { Icon } from "./icon";
import "./notices.css";

const SUCCESS_MS = 6_000;
const ERROR_MS = 12_000;

type Notice = { id: number; text: string; isError: boolean };

const notices = createStore<Notice[]>([]);
let lastId = 0;

export function notify(text: string) {
  show(text, false, SUCCESS_MS);
}

export function notifyError(text: string) {
  show(text, true, ERROR_MS);
}

/** Say that an action succeeded, or why it was refused. */
export function notifyResult(errors: UserError[], success: string) {
  if (errors.length) notifyError(errors.map(({ message }) => message).join(" "));
  else notify(success);
}

function show(text: string, isError: boolean, forMs: number) {
  lastId += 1;
  const notice = { id: lastId, text, isError };
  notices.set([...notices.get(), notice]);
  setTimeout(() => dismiss(notice), forMs);
}

function dismiss(notice: Notice) {
  notices.set(notices.get().filter((each) => each !== notice));
}

export function Notices() {
  const all = useStore(notices);
  const of = (isError: boolean) =>
    all
      .filter((notice) => notice.isError === isError)
      .map((notice) => (
        <div key={notice.id} className={isError ? "notice error" : "notice"}>
          <Icon name={isError ? "alert" : "check"} />
          <p>{notice.text}</p>
          <button type="button" aria-label="Dismiss" onClick={() => dismiss(notice)}>
            <Icon name="cross" />
          </button>
        </div>
      ));
  return (
    <div className="notices">
      <div role="status">{of(false)}</div>
      <div role="alert">{of(true)}</div>
    </div>
  );
}
