"""Statements of the claim: orders, limits, shares, and the claim itself."""
