"""The scheduler of tasks on a simulated cluster."""
