"""Building blocks of the schema, independent of its types."""
