/** Notifications of the browser about what needs attention, for viewers who have switched them on. */

import { navigate } from "../lib/routing/router";
import { createStore, useStore } from "../lib/store";

const KEY = "notifications";

const isOn = createStore(areOn());

function areOn(): boolean {
  return (
    localStorage.getItem(KEY) === "on" &&
    "Notification" in window &&
    Notification.permission === "granted"
  );
}

/** Show a notification, which leads to the overview. One with the same key is replaced. */
export function notify(title: string, body: string, key: string) {
  if (!isOn.get()) return;
  const notification = new Notification(title, { body, tag: key });
  notification.onclick = () => {
    window.focus();
    navigate("/");
    notification.close();
  };
}

async function toggle() {
  const next = isOn.get() ? "off" : "on";
  if (next === "on") await Notification.requestPermission();
  localStorage.setItem(KEY, next);
  isOn.set(areOn());
}

/** The browser asks for its permission the first time. */
export function NotificationSwitch() {
  const on = useStore(isOn);
  if (!("Notification" in window)) return null;
  const isDenied = Notification.permission === "denied";
  return (
    <button
      type="button"
      className="small"
      aria-pressed={on}
      disabled={isDenied}
      title={
        isDenied
          ? "The browser does not permit notifications of this page."
          : "Shows a notification of the browser when something needs attention."
      }
      onClick={toggle}
    >
      Notifications {on ? "on" : "off"}
    </button>
  );
}
