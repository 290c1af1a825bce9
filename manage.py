#!/usr/bin/env python
"""Django's command line. Without DATABASE_URL, commands talk to the stack that `up` runs."""

import os
import sys

from django.core.management import execute_from_command_line

from project.standalone import environment


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
    environment.adopt(sys.argv[1:])
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
