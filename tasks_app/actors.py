"""Who is calling: each door finds it out, and the log and the policy read it here."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple
from uuid import UUID

from django.conf import settings

from tasks_app.models.token import Role


class Actor(NamedTuple):
    """A person or program; without a role it has not said who it is, and may nothing.

    The reason is what it gives for all that it does in this call.
    """

    name: str = ""
    role: Role | None = None
    token_id: UUID | None = None
    reason: str = ""

    @property
    def by_session(self) -> bool:
        """Whether a cookie says who this is, which browsers send for whoever asks them to."""
        return bool(self.name) and self.token_id is None


ANONYMOUS = Actor()
# Where everybody may do everything, they need not say who they are.
OPEN_ACCESS = Actor(role=Role.ADMIN)

AUTHENTICATION_REQUIRED = "Say who you are: a token, or log in."

_current: ContextVar[Actor | None] = ContextVar("actor", default=None)


def current() -> Actor:
    """Who calls; outside of all doors, as in a worker, what somebody without a name is."""
    return _current.get() or anonymous()


def anonymous() -> Actor:
    """Somebody who has not said who they are."""
    return OPEN_ACCESS if settings.API_AUTH == "open" else ANONYMOUS


def missing_role(needed: Role) -> str:
    """Why whoever calls, who has a role, may not do what takes this one; empty if they may."""
    role = current().role
    assert role is not None
    return "" if role >= needed else f"This takes the role {needed.name}, and yours is {role.name}."


@contextmanager
def acting_as(actor: Actor) -> Iterator[None]:
    """What happens inside is done for this actor."""
    token = _current.set(actor)
    try:
        yield
    finally:
        _current.reset(token)


def set_current(actor: Actor) -> None:
    """What happens from here on in this asyncio task is done for this actor."""
    _current.set(actor)
