"""Webhooks: their mutations, and the delivery of their messages (see project/webhooks.py)."""
