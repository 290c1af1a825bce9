"""Subscriptions as Strawberry's documentation has them: `listen_to_channel` in each of them."""
