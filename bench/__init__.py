"""Measures the cluster beside yardsticks: `python -m bench` (see README.md)."""
