"""Forecasts of the cluster, as it is and with changes."""
