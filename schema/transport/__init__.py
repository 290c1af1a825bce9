"""Transports of GraphQL operations: HTTP, WebSocket and server-sent events."""
