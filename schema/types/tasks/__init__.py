"""Tasks: their type, filters, queries and mutations."""
