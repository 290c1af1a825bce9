"""Schedules: their types, queries and mutations."""
