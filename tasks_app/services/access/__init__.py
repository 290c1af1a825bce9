"""The services of access: authentication and API tokens."""
