"""The settings of a replay: those of the project, and that its data comes from a recording."""

from project.settings import *  # noqa: F403  every setting is the project's

REPLAY = True
