"""Statements about tasks: inserted, changed, leased, restored and deleted."""
