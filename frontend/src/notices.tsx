/** A sentence about what was just done, which goes away by itself. */

import { useSyncExternalStore } from "react";
import { Icon } from "./icons";

const SHOWN_MS = 6_000;

type Notice = { id: number; text: string };
let notices: Notice[] = [];
const watchers = new Set<() => void>();

function change(next: Notice[]) {
  notices = next;
  for (const tell of watchers) tell();
}

export function notify(text: string) {
  const notice = { id: Math.random(), text };
  change([...notices, notice]);
  setTimeout(() => change(notices.filter((each) => each !== notice)), SHOWN_MS);
}

export function Notices() {
  const shown = useSyncExternalStore(
    (tell) => {
      watchers.add(tell);
      return () => watchers.delete(tell);
    },
    () => notices,
  );
  return (
    <div className="notices" role="status">
      {shown.map((notice) => (
        <p key={notice.id}>
          <Icon name="check" /> {notice.text}
        </p>
      ))}
    </div>
  );
}
