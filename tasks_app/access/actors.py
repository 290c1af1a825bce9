"""The actor of the current request: each API sets it, and events and permissions read it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple
from uuid import UUID

from django.conf import settings

from tasks_app.models.token import Role, Scope


class Actor(NamedTuple):
    """A user or program that sends a request. An anonymous actor has no name.

    Attributes:
        name: The name that events show; empty if the actor is anonymous.
        role: The role; None if the actor has no permissions.
        token_id: The ID of the API token; None for a session.
        reason: The reason that the actor gave for this request.
        scope: The object that the token is limited to; None for no limit.
    """

    name: str = ""
    role: Role | None = None
    token_id: UUID | None = None
    reason: str = ""
    scope: Scope | None = None

    @property
    def by_session(self) -> bool:
        """Whether a session cookie authenticates the actor, which requires protection from CSRF."""
        return bool(self.name) and self.token_id is None


ANONYMOUS = Actor()
# The anonymous actor if `API_AUTH` is "open".
OPEN_ACCESS = Actor(role=Role.ADMIN)
# Every actor of a replay.
REPLAY_ACCESS = Actor(role=Role.VIEWER)

AUTHENTICATION_REQUIRED = "Authentication is required. Send an API token or log in."
REPLAY_REFUSED = "This server replays a recording. It accepts no changes."
CREDENTIALS_REFUSED = "The token is wrong, has expired or was revoked."

_current: ContextVar[Actor | None] = ContextVar("actor", default=None)


def current() -> Actor:
    """Return the current actor; outside of requests, as in a worker node, the anonymous one."""
    return _current.get() or anonymous()


def anonymous() -> Actor:
    """Return the anonymous actor, with its permissions by the setting `API_AUTH`."""
    if settings.REPLAY:
        return REPLAY_ACCESS
    return OPEN_ACCESS if settings.API_AUTH == "open" else ANONYMOUS


def missing_role(needed: Role) -> str:
    """Return an error message if the current actor, who must have a role, needs a higher one.

    Returns:
        The message; empty if the actor has the role.
    """
    role = current().role
    assert role is not None
    if role >= needed:
        return ""
    if settings.REPLAY:
        return REPLAY_REFUSED
    return f"Requires the role {needed.name}. Your role is {role.name}."


@contextmanager
def acting_as(actor: Actor) -> Iterator[None]:
    """Set the current actor inside the context."""
    token = _current.set(actor)
    try:
        yield
    finally:
        _current.reset(token)


def set_current(actor: Actor) -> None:
    """Set the current actor for the rest of this asyncio task."""
    _current.set(actor)
