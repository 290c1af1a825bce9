"""The services: every change that a client can make, and what explains the state."""
