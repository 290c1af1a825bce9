#!/usr/bin/env python
"""Django's command line, and commands that need no Django: up, replay, backup, restore, simulate.

Without DATABASE_URL, commands talk to the stack that `up` runs.
"""

import os
import sys

from project.standalone import environment


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
    match sys.argv[1:2]:
        case ["up"]:
            # It watches processes for days, so it loads neither Django nor Celery.
            from project.standalone import up

            sys.exit(up.main(sys.argv[2:]))
        case ["replay"]:
            from project.standalone import replay

            sys.exit(replay.main(sys.argv[2:]))
        case ["backup" | "restore" as command]:
            from project.standalone import backup

            sys.exit(getattr(backup, command)(sys.argv[2:]))
        case ["simulate"]:
            from tasks_app.simulation import command as simulation

            sys.exit(simulation.main(sys.argv[2:]))
    state = environment.adopt(sys.argv)

    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured:
        if "DATABASE_URL" in os.environ:
            raise
        sys.exit(environment.nothing_runs(state))


if __name__ == "__main__":
    main()
