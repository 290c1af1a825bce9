"""`manage.py token`: create, list and revoke API tokens, also before any other access exists."""

from argparse import ArgumentParser
from datetime import timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from tasks_app.models import ApiToken, Role, Scope, ScopeKind
from tasks_app.models.base import database_now
from tasks_app.services.access import tokens


class Command(BaseCommand):
    """Creates, lists and revokes API tokens."""

    # They would load the APIs, which this command does not use.
    requires_system_checks = []
    help = "Create, list and revoke API tokens."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        commands = parser.add_subparsers(dest="command", required=True)
        create = commands.add_parser("create", help="create a token and print its secret once")
        create.add_argument("name", help="owner of the token, which events name as the actor")
        create.add_argument("--role", choices=Role.names, default=Role.OPERATOR.name)
        create.add_argument("--days", type=int, help="days until it expires (default: never)")
        scopes = create.add_mutually_exclusive_group()
        scopes.add_argument("--task", metavar="UUID", type=UUID, help="limit it to one task")
        scopes.add_argument(
            "--schedule", metavar="UUID", type=UUID, help="limit it to one schedule and its task"
        )
        scopes.add_argument("--queue", metavar="NAME", help="limit it to one queue and its tasks")
        commands.add_parser("list", help="list the tokens without their secrets")
        revoke = commands.add_parser("revoke", help="revoke a token")
        revoke.add_argument("id", type=UUID)

    def handle(self, *, command: str, **options: object) -> None:
        """Run the command."""
        getattr(self, f"_{command}")(**options)

    def _create(self, *, name: str, role: str, days: int | None, **options: object) -> None:
        try:
            expires_at = None if days is None else database_now() + timedelta(days=days)
            made = tokens.create_token(
                name, Role[role], expires_at=expires_at, scope=_scope(options)
            )
        except OverflowError as error:
            raise CommandError("days: Must be a smaller number.") from error
        except ValidationError as error:
            errors = "; ".join(
                f"{field}: {' '.join(messages)}" for field, messages in error.message_dict.items()
            )
            raise CommandError(errors) from error
        self.stdout.write(made.secret)

    def _list(self, **_: object) -> None:
        for token in ApiToken.objects.all():
            state = "revoked" if token.revoked_at else f"until {token.expires_at or 'revoked'}"
            self.stdout.write(
                f"{token.pk} {token.hint}… {token.get_role_display()} {state} {token.name}"
                + (f" ({token.scope_kind} {token.scope_key})" if token.scope_kind else "")
            )

    def _revoke(self, *, id: UUID, **_: object) -> None:
        try:
            tokens.revoke_token(id)
        except ApiToken.DoesNotExist as error:
            raise CommandError(
                f"There is no token {id}. List the tokens with `manage.py token list`."
            ) from error


def _scope(options: dict[str, object]) -> Scope | None:
    for kind in ScopeKind:
        if (key := options[kind.lower()]) is not None:
            return Scope(kind, str(key))
    return None
