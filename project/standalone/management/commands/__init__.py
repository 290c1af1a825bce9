"""Management commands of the standalone stack."""
