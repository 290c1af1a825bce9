/** A button that copies a text to the clipboard. */

import { useState } from "react";
import { Icon } from "./icon";

const SHOWN_MS = 2_000;

export function CopyButton({ text, label }: { text: string; label: string }) {
  const [state, setState] = useState<"idle" | "copied" | "failed">("idle");
  async function copy() {
    try {
      await navigator.clipboard.writeText(text);
      setState("copied");
    } catch {
      setState("failed");
    }
    setTimeout(() => setState("idle"), SHOWN_MS);
  }
  return (
    <button type="button" onClick={copy}>
      <Icon name={state === "copied" ? "check" : "copy"} />
      <span aria-live="polite">
        {{ idle: label, copied: "Copied", failed: "Select and copy it" }[state]}
      </span>
    </button>
  );
}
