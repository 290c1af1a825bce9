"""Management commands, one module for each."""
