"""Workloads of simulations: generated, read and written."""
