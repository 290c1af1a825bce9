"""Recordings of a cluster: `./run record` writes one, `./run replay` plays it."""
