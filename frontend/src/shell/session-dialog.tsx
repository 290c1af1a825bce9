/** Asks the viewer to log in again without a session. The page behind it stays as it is. */

import { Dialog } from "../components/dialog/dialog";
import { Form } from "../components/form/form";
import { logIn, loginUrl, session } from "../lib/api/session";
import { useStore } from "../lib/store";
import { FormReader } from "../lib/validation";

export function SessionDialog() {
  const state = useStore(session);
  if (state === "ended") return <LoggedOut />;
  return state === "expired" ? <Expired /> : null;
}

function LoggedOut() {
  const leave = () => location.assign("/login/");
  return (
    <Dialog title="Logged out" onClose={leave}>
      <div className="actions">
        <button type="button" className="primary" onClick={leave}>
          Log in
        </button>
      </div>
    </Dialog>
  );
}

function Expired() {
  async function submit(values: FormData) {
    const reader = new FormReader(values);
    const problem = await logIn(reader.text("username"), String(values.get("password")));
    return problem ? [{ field: [], message: problem }] : [];
  }

  return (
    // Without a session there is nothing to return to: the dialog cannot be dismissed.
    <Dialog title="Session expired" onClose={() => location.assign(loginUrl())}>
      <p>Log in again to continue. What you have entered on this page is kept.</p>
      <Form submitLabel="Log in" onSubmit={submit}>
        <label className="field">
          Username
          <input name="username" autoComplete="username" autoCapitalize="none" />
        </label>
        <label className="field">
          Password
          <input name="password" type="password" autoComplete="current-password" />
        </label>
      </Form>
    </Dialog>
  );
}
