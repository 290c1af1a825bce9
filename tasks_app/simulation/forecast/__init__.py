"""Forecasts of a running cluster: runs that begin with its present state, until nothing is left.

`busy` runs, `outcome` evaluates, and `__main__` does both in a process of its own, which
`services.forecasts` starts.
"""
