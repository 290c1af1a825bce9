"""`python -m project.replay`: a web process that replays a recording (see `application.py`)."""

import os
import sys

from project import web

if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "project.replay.settings"
    web.run("project.replay.application:application", sys.argv[1:])
