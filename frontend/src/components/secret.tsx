/** A secret that the server shows once. */

import { CopyButton } from "./copy-button";

export function Secret({ secret, onClose }: { secret: string; onClose: () => void }) {
  return (
    <>
      <p>Copy the secret now. It is not shown again.</p>
      <pre className="secret">{secret}</pre>
      <div className="actions">
        <CopyButton text={secret} label="Copy secret" />
        <button type="button" className="primary" onClick={onClose}>
          Done
        </button>
      </div>
    </>
  );
}
