"""How GraphQL operations reach the server: HTTP, WebSocket, Server-Sent Events."""
