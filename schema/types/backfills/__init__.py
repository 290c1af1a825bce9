"""Backfills: types, filter, queries and mutations."""
