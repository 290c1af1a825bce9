"""The application's management commands."""
