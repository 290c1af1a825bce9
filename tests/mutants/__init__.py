"""Removes each protection of the code in a copy, and demands that a test notices."""
