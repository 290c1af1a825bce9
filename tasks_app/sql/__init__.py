"""SQL statements for the paths whose speed or safety rests on them; the ORM serves the rest."""
