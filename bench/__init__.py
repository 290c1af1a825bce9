"""Measures the cluster and compares it with baselines: `python -m bench` (see README.md)."""
