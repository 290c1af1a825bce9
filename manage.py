#!/usr/bin/env python
"""Django's command line, and commands that need no Django: up, replay, backup, restore, doctor,
sbom, simulate.

Without DATABASE_URL, commands talk to the stack that `up` runs.
"""

import os
import sys

from project.standalone.state import StateError


def main() -> str | int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
    match sys.argv[1:2]:
        case ["up"]:
            # It watches processes for days, so it loads neither Django nor Celery.
            from project.standalone import up

            return up.main(sys.argv[2:])
        case ["replay"]:
            from project.standalone import replay

            return replay.main(sys.argv[2:])
        case ["backup" | "restore" as command]:
            from project.standalone import backup

            run = backup.backup if command == "backup" else backup.restore
            return run(sys.argv[2:])
        case ["doctor"]:
            from project.standalone import doctor

            return doctor.main(sys.argv[2:])
        case ["sbom"]:
            from project.standalone import sbom

            return sbom.main(sys.argv[2:])
        case ["simulate"]:
            from tasks_app.simulation import command as simulation

            return simulation.main(sys.argv[2:])
    from project.standalone import commands

    return commands.run(sys.argv)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except StateError as error:
        sys.exit(str(error))
