"""Webhooks: vetted addresses, signed requests, and the outcome of each attempt."""
