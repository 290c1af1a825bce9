"""Building blocks of the schema that know no type of it."""
