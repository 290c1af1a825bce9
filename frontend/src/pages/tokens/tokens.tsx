/** The API tokens of programs. For admins. */

import { useState } from "react";
import { Badge } from "../../components/badge";
import { FormDialog } from "../../components/dialog/dialog";
import { Icon } from "../../components/icon";
import { notify } from "../../components/notices/store";
import { Page } from "../../components/page/page";
import { EmptyState, Loading, QueryError } from "../../components/page/states";
import { Table } from "../../components/table/table";
import { Time } from "../../components/time";
import { useHasRole } from "../../components/viewer";
import { useLiveQuery } from "../../lib/api/live";
import { command } from "../../lib/api/mutations";
import { graphql, type ResultOf } from "../../lib/api/schema";
import { plural, words } from "../../lib/format";
import { CreateToken } from "./create-token";
import { scopeInWords } from "./scope";
import { stateOf } from "./state";

const TokensQuery = graphql(`
  query ApiTokens {
    apiTokens {
      uuid
      name
      role
      scope {
        kind
        key
      }
      hint
      createdAt
      createdBy
      expiresAt
      revokedAt
    }
  }
`);

type Token = ResultOf<typeof TokensQuery>["apiTokens"][number];

export function Tokens() {
  const isAdmin = useHasRole("ADMIN");
  if (isAdmin) return <TokensPage />;
  return (
    <Page title="API tokens">
      {isAdmin === false && <EmptyState>Only admins can manage API tokens.</EmptyState>}
    </Page>
  );
}

function TokensPage() {
  const { data, error } = useLiveQuery(TokensQuery, {}, ({ kind }) => kind.startsWith("TOKEN_"));
  const [isCreating, setIsCreating] = useState(false);
  const tokens = data?.apiTokens;
  return (
    <Page
      title="API tokens"
      lead={tokens ? plural(tokens.length, "token") : "…"}
      query={TokensQuery}
      actions={
        <button type="button" className="primary" onClick={() => setIsCreating(true)}>
          <Icon name="plus" /> Create token…
        </button>
      }
    >
      <QueryError error={tokens && error} />
      {!tokens ? (
        <Loading error={error} />
      ) : tokens.length ? (
        <TokenTable tokens={tokens} />
      ) : (
        <EmptyState>
          No tokens yet. A program sends a token in the header <code>Authorization: Bearer …</code>
        </EmptyState>
      )}
      {isCreating && <CreateToken onClose={() => setIsCreating(false)} />}
    </Page>
  );
}

function TokenTable({ tokens }: { tokens: Token[] }) {
  return (
    <Table
      caption="API tokens"
      minWidth={990}
      rows={tokens}
      rowKey={({ uuid }) => uuid}
      columns={[
        { header: "Name", role: "title", cell: ({ name }) => name },
        { header: "Role", width: "92px", cell: ({ role }) => words(role) },
        { header: "Scope", width: "132px", cell: ({ scope }) => scopeInWords(scope) },
        { header: "State", width: "112px", cell: (token) => <State token={token} /> },
        {
          header: "Secret",
          width: "104px",
          cell: ({ hint }) => <span className="id">{hint}…</span>,
        },
        { header: "Created by", width: "120px", cell: ({ createdBy }) => createdBy ?? "–" },
        { header: "Created", width: "136px", cell: ({ createdAt }) => <Time at={createdAt} /> },
        {
          header: "Expires",
          width: "136px",
          cell: ({ expiresAt }) => (expiresAt ? <Time at={expiresAt} /> : "never"),
        },
        {
          header: "Actions",
          width: "104px",
          role: "actions",
          cell: (token) => <Revoke token={token} />,
        },
      ]}
    />
  );
}

function State({ token }: { token: Token }) {
  const state = stateOf(token);
  if (state === "active")
    return (
      <Badge tone="success" icon="check">
        Active
      </Badge>
    );
  return (
    <Badge tone="cancelled" icon={state === "revoked" ? "ban" : "clock"}>
      {words(state)}
    </Badge>
  );
}

function Revoke({ token }: { token: Token }) {
  const [isAsking, setIsAsking] = useState(false);
  const { uuid, name } = token;
  if (stateOf(token) !== "active") return null;

  async function revoke() {
    const errors = await command("revokeApiToken", { uuid });
    if (!errors.length) notify(`The token ${name} is revoked.`);
    return errors;
  }

  return (
    <>
      <button type="button" className="danger small" onClick={() => setIsAsking(true)}>
        Revoke…
      </button>
      {isAsking && (
        <FormDialog
          title={`Revoke the token ${name}?`}
          submitLabel="Revoke"
          cancelLabel="Keep token"
          isDanger
          onClose={() => setIsAsking(false)}
          onSubmit={revoke}
        >
          <p>Programs that use the token are refused within seconds. This cannot be undone.</p>
        </FormDialog>
      )}
    </>
  );
}
