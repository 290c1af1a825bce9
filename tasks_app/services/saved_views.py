"""The services of saved views: save, delete, and those of the current actor.

Views are private. A user has them in every session, an API token has its own, and all requests
without credentials share theirs. They change nothing in the cluster, so the log has no events of
them. The services raise SavedView.DoesNotExist, and ValidationError by field.
"""

from dataclasses import dataclass
from typing import TypedDict
from uuid import UUID

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.db.models.functions import Now

from tasks_app import search
from tasks_app.access import actors
from tasks_app.models import SavedView
from tasks_app.services.validation import error, is_storable
from tasks_app.sql.db import fetch
from tasks_app.sql.transactions import in_transaction

NAME_MAX_LENGTH = 63
VIEWS_MAX = 50

# One transaction at a time saves views, so that they can be counted.
_LOCK = "SELECT pg_advisory_xact_lock(0x76696577)"

OrderField, OrderDirection = SavedView.OrderField, SavedView.OrderDirection


@dataclass(frozen=True, slots=True, kw_only=True)
class NewView:
    """The parameters of a view. Null columns stand for those that fit what the search finds."""

    name: str
    search: str
    order_field: str = OrderField.CREATED_AT
    order_direction: str = OrderDirection.DESC
    columns: tuple[str, ...] | None = None


class _Owner(TypedDict):
    user_id: int | None
    token_id: UUID | None


def own_views() -> QuerySet[SavedView]:
    """Return the views of the current actor, ordered by name."""
    actor = actors.current()
    if actor.by_session:
        return SavedView.objects.filter(user__username=actor.name)
    return SavedView.objects.filter(user=None, token=actor.token_id)


@in_transaction
def save_view(new: NewView) -> SavedView:
    """Create a view, or replace the one of the current actor with the same name."""
    if errors := _validate(new):
        raise ValidationError(errors)
    fetch(_LOCK)
    columns = {
        "search": new.search.strip(),
        "order_field": new.order_field,
        "order_direction": new.order_direction,
        "columns": None if new.columns is None else list(dict.fromkeys(new.columns)),
    }
    own = own_views()
    if view := own.filter(name=new.name).first():
        SavedView.objects.filter(pk=view.pk).update(updated_at=Now(), **columns)
        view.refresh_from_db()
        return view
    if own.count() >= VIEWS_MAX:
        message = f"There are {VIEWS_MAX} saved views, which is the maximum. Delete one first."
        raise ValidationError({"name": error(message, "out_of_range")})
    view = SavedView.objects.create(name=new.name, **columns, **_owner())
    view.refresh_from_db()
    return view


@in_transaction
def delete_view(id: UUID) -> UUID:
    """Delete a view of the current actor, and return its ID."""
    own_views().get(pk=id).delete()
    return id


def _owner() -> _Owner:
    actor = actors.current()
    user_id = User.objects.get(username=actor.name).pk if actor.by_session else None
    return {"user_id": user_id, "token_id": actor.token_id}


def _validate(new: NewView) -> dict[str, ValidationError]:
    errors = {}
    if not (0 < len(new.name) <= NAME_MAX_LENGTH and new.name.strip() and is_storable(new.name)):
        message = f"Must be 1 to {NAME_MAX_LENGTH} characters, and not only spaces."
        errors["name"] = error(message, "invalid")
    try:
        search.parse(new.search)
    except search.SearchError as invalid:
        errors["search"] = error(invalid.message, "invalid")
    return errors
