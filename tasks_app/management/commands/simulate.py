"""`manage.py simulate` among Django's commands: the same command, once Django is loaded."""

from argparse import ArgumentParser, Namespace

from django.core.management.base import BaseCommand, CommandError

from tasks_app.simulation import arguments, command
from tasks_app.simulation.workloads.workload import WorkloadError


class Command(BaseCommand):
    """Runs a workload on a virtual cluster."""

    help = command.DESCRIPTION
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the arguments of `command.main`."""
        arguments.add(parser)

    def handle(self, *args: object, **options: object) -> None:
        """Run the command."""
        parsed = Namespace(**options)
        if problem := command.conflict(parsed):
            raise CommandError(problem)
        try:
            self.stdout.write(command.execute(parsed), ending="")
        except WorkloadError as error:
            raise CommandError(str(error)) from None
