"""Who is calling: each door finds it out, and the log and the policy read it here."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple
from uuid import UUID

from django.conf import settings

from tasks_app.models.access import Role


class Caller(NamedTuple):
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


NOBODY = Caller()
# Where everybody may do everything, they need not say who they are.
ANYBODY = Caller(role=Role.ADMIN)

SAY_WHO_YOU_ARE = "Say who you are: a token, or log in."

_current: ContextVar[Caller | None] = ContextVar("caller", default=None)


def current() -> Caller:
    """Who calls; outside of all doors, as in a worker, what somebody without a name is."""
    return _current.get() or stranger()


def stranger() -> Caller:
    """Somebody who has not said who they are."""
    return ANYBODY if settings.API_AUTH == "open" else NOBODY


def shortfall(needed: Role) -> str:
    """Why whoever calls, who has a role, may not do what takes this one; empty if they may."""
    role = current().role
    assert role is not None
    return "" if role >= needed else f"This takes the role {needed.name}, and yours is {role.name}."


@contextmanager
def calling(caller: Caller) -> Iterator[None]:
    """What happens inside is done for this caller."""
    token = _current.set(caller)
    try:
        yield
    finally:
        _current.reset(token)


def become(caller: Caller) -> None:
    """What happens from here on in this asyncio task is done for this caller."""
    _current.set(caller)
