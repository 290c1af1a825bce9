"""The web process of `./run replay`: the real application, on a database that a player fills."""
