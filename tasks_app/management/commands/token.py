"""`manage.py token`: API tokens, for when nobody can come in yet to make one."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from tasks_app.models import ApiToken, Role
from tasks_app.models.base import database_now
from tasks_app.services import authentication


class Command(BaseCommand):
    help = "Make, list and revoke API tokens."

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="command", required=True)
        create = commands.add_parser("create", help="print the secret of a new one, once")
        create.add_argument("name", help="whose it is; the log names it")
        create.add_argument("--role", choices=Role.names, default=Role.OPERATOR.name)
        create.add_argument("--days", type=int, help="how long it lasts (default: until revoked)")
        commands.add_parser("list", help="all of them, without their secrets")
        revoke = commands.add_parser("revoke", help="have one open no door any more")
        revoke.add_argument("id", type=UUID)

    def handle(self, *, command: str, **options: Any) -> None:
        getattr(self, f"_{command}")(**options)

    def _create(self, *, name: str, role: str, days: int | None, **_: Any) -> None:
        try:
            expires_at = None if days is None else database_now() + timedelta(days=days)
            made = authentication.create_token(name, Role[role], expires_at=expires_at)
        except OverflowError as error:
            raise CommandError("days: That is too long.") from error
        except ValidationError as error:
            faults = "; ".join(
                f"{field}: {' '.join(messages)}" for field, messages in error.message_dict.items()
            )
            raise CommandError(faults) from error
        self.stdout.write(made.secret)

    def _list(self, **_: Any) -> None:
        for token in ApiToken.objects.all():
            state = "revoked" if token.revoked_at else f"until {token.expires_at or 'revoked'}"
            self.stdout.write(
                f"{token.pk} {token.hint}… {token.get_role_display()} {state} {token.name}"
            )

    def _revoke(self, *, id: UUID, **_: Any) -> None:
        try:
            authentication.revoke_token(id)
        except ApiToken.DoesNotExist as error:
            raise CommandError(f"There is no token {id}.") from error
