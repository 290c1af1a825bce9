"""Runs the programs of this folder."""

from tests.node import command
from tests.support import program


class Program(program.Program):
    """A running program of this folder, which prints lines of JSON: a name and a value."""

    def __init__(self, script, *arguments):
        super().__init__([*command(script), *arguments])
