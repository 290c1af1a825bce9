/** Short messages about the result of an action. They disappear by themselves. */

import type { UserError } from "../../lib/api/schema";
import { createStore } from "../../lib/store";

const SUCCESS_MS = 6_000;
const UNDO_MS = 10_000;
const ERROR_MS = 12_000;

/** Takes an action back. Returns what was refused, and what to say otherwise. */
export type Undo = () => Promise<{ errors: UserError[]; done: string }>;

export type Notice = { id: number; text: string; isError: boolean; undo?: Undo };

export const notices = createStore<readonly Notice[]>([]);
const timers = new Map<number, ReturnType<typeof setTimeout>>();
let lastId = 0;
let isHeld = false;

/** Say that an action succeeded. With `undo`, the notice offers to take it back. */
export function notify(text: string, undo?: Undo) {
  show({ text, isError: false, undo });
}

export function notifyError(text: string) {
  show({ text, isError: true });
}

/** Say that an action succeeded, or why it was refused. */
export function notifyResult(errors: UserError[], success: string, undo?: Undo) {
  if (errors.length) notifyError(errors.map(({ message }) => message).join(" "));
  else notify(success, undo);
}

export function dismiss({ id }: Notice) {
  clearTimeout(timers.get(id));
  timers.delete(id);
  notices.set(notices.get().filter((each) => each.id !== id));
}

/** Keep the notices while the pointer or the focus is in them, and for their whole time after. */
export function holdNotices(isNowHeld: boolean) {
  isHeld = isNowHeld;
  for (const notice of notices.get()) expire(notice);
}

/** Take back an action, once. */
export async function undo(notice: Notice) {
  if (!notice.undo || !notices.get().includes(notice)) return;
  dismiss(notice);
  const { errors, done } = await notice.undo();
  notifyResult(errors, done);
}

/** Take back the last action that a notice still offers to take back. */
export function undoLast() {
  const last = notices.get().findLast((notice) => notice.undo);
  if (last) void undo(last);
}

function show(content: Omit<Notice, "id">) {
  lastId += 1;
  const notice = { id: lastId, ...content };
  notices.set([...notices.get(), notice]);
  expire(notice);
}

function expire(notice: Notice) {
  clearTimeout(timers.get(notice.id));
  const time = notice.isError ? ERROR_MS : notice.undo ? UNDO_MS : SUCCESS_MS;
  if (!isHeld)
    timers.set(
      notice.id,
      setTimeout(() => dismiss(notice), time),
    );
}
