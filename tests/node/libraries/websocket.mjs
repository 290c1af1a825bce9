// The WebSocket of all libraries: it does not connect again by itself, so that each subscription
// that ends is begun again with the last cursor.
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

// Browsers have it, and Node.js from version 22.
globalThis.WebSocket ??= WebSocket;

export const webSocket = ({ url, token }) =>
  createClient({
    url: url.replace(/^http/, 'ws'),
    retryAttempts: 0,
    connectionParams: token ? { Authorization: `Bearer ${token}` } : {},
  });

export const bearer = (token) => (token ? { Authorization: `Bearer ${token}` } : {});
