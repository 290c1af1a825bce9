"""The database backend of a command for which no database is known."""
