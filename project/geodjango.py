"""Stops strawberry-django from loading GeoDjango, which this project does not use.

GeoDjango looks for a C library by running `ldconfig` and a compiler for each of its twelve names.
strawberry-django tries to load it twice, which adds a second to the start of each web process.
"""

import sys
from importlib.abc import MetaPathFinder

from django.core.exceptions import ImproperlyConfigured


class _Absent(MetaPathFinder):
    """Raises what GeoDjango raises on a machine without the library."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name == "django.contrib.gis.geos":
            raise ImproperlyConfigured("This project does not use GeoDjango.")


def skip() -> None:
    """Have each import of GeoDjango fail at once."""
    sys.meta_path.insert(0, _Absent())
