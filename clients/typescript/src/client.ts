/** The connection to a cluster: queries and mutations over HTTP, subscriptions over WebSocket. */

import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { type ExecutionResult, type GraphQLFormattedError, print } from "graphql";
import { createClient, type Client as SocketClient } from "graphql-ws";

const PING_EVERY_MS = 10_000;
const PONG_WITHIN_MS = 5_000;

export interface ClientOptions {
  /** The address of the cluster. In a browser, the default is the page's origin. */
  url?: string;
  /** The secret of an API token. Not needed if the cluster requires none. */
  token?: string;
  /** The class WebSocket of the package ws, in Node.js before version 22. */
  webSocketImpl?: unknown;
}

/** An operation that the server did not execute. */
export class ClientError extends Error {
  override name = "ClientError";

  constructor(
    message: string,
    /** The errors of the response, if there are any. */
    readonly errors: readonly GraphQLFormattedError[] = [],
  ) {
    super(message);
  }
}

/** The variables of an operation. They may be left out if all of them are optional. */
type Variables<V> = Record<string, never> extends V ? [variables?: V] : [variables: V];

export class Client {
  readonly #endpoint: string;
  readonly #headers: Record<string, string>;
  readonly #socket: SocketClient;

  constructor({ url, token, webSocketImpl }: ClientOptions = {}) {
    const origin = url ?? globalThis.location?.origin ?? "http://localhost:8000";
    this.#endpoint = `${origin.replace(/\/+$/, "")}/graphql/`;
    this.#headers = token ? { Authorization: `Bearer ${token}` } : {};
    this.#socket = createSocket(this.#endpoint.replace("http", "ws"), this.#headers, webSocketImpl);
  }

  /**
   * Execute a query or a mutation.
   *
   * @throws ClientError if the server did not execute it, TypeError if there was no response.
   */
  async request<R, V>(document: TypedDocumentNode<R, V>, ...[variables]: Variables<V>): Promise<R> {
    const response = await fetch(this.#endpoint, {
      method: "POST",
      headers: { "Content-Type": "application/json", ...this.#headers },
      body: JSON.stringify({ query: print(document), variables }),
    });
    const { data, errors } = await resultOf<R>(response);
    if (errors?.length) throw new ClientError(messagesOf(errors), errors);
    if (data == null) throw new ClientError(`HTTP ${response.status}`);
    return data;
  }

  /** Start a subscription. It ends with an error if the connection is lost. */
  subscribe<R, V extends Record<string, unknown>>(
    document: TypedDocumentNode<R, V>,
    variables: V,
  ): AsyncIterableIterator<ExecutionResult<R>> {
    const payload = { query: print(document), variables };
    return this.#socket.iterate(payload) as AsyncIterableIterator<ExecutionResult<R>>;
  }

  /** Close the WebSocket. */
  async dispose(): Promise<void> {
    await this.#socket.dispose();
  }
}

/** Return the messages of errors in one line. */
export function messagesOf(errors: readonly GraphQLFormattedError[]): string {
  return errors.map(({ message }) => message).join("; ");
}

async function resultOf<R>(response: Response): Promise<ExecutionResult<R>> {
  try {
    return (await response.json()) as ExecutionResult<R>;
  } catch (error) {
    throw new ClientError(`HTTP ${response.status}, and the body is not JSON: ${error}`);
  }
}

function createSocket(url: string, headers: Record<string, string>, webSocketImpl: unknown) {
  // A connection whose other end has disappeared is closed when a pong does not arrive.
  let overdue: ReturnType<typeof setTimeout>;
  const socket = createClient({
    url,
    connectionParams: headers,
    webSocketImpl,
    retryAttempts: 0, // followTasks reconnects, with a new cursor.
    keepAlive: PING_EVERY_MS,
    on: {
      ping(received) {
        if (!received) overdue = setTimeout(() => socket.terminate(), PONG_WITHIN_MS);
      },
      pong(received) {
        if (received) clearTimeout(overdue);
      },
      closed: () => clearTimeout(overdue),
    },
  });
  return socket;
}
