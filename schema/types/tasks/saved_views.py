"""Saved views of the list of tasks: type, query and mutations."""

from datetime import datetime

import strawberry
import strawberry_django

from schema.core.enums import TaskColumn
from schema.core.mutations import DeletePayload, IdInput, mutation
from schema.core.payloads import (
    UserError,
    errors_field,
    mutation_input,
    result_field,
)
from schema.core.prefetch import fetch_selected
from schema.core.relay import Node, described, global_id, parse_id
from schema.types.tasks.queries import OrderDirection, TaskOrder, TaskOrderField
from tasks_app import models, search
from tasks_app.services import saved_views

NAME = f"The name of the view, 1 to {saved_views.NAME_MAX_LENGTH} characters."
COLUMNS = "The columns to show. Null for those that fit what the search finds."


@strawberry.type(description="The order of the tasks of a saved view.")
class SavedViewOrder:
    field: TaskOrderField = strawberry.field(description="The property to order by.")
    direction: OrderDirection = strawberry.field(description="The direction of the order.")


@strawberry_django.type(
    models.SavedView,
    description=(
        "A search for tasks, with its order and columns, that its owner keeps under a name. The"
        " owner is the user or the API token that saved it. Requests without credentials, where"
        " authentication is not required, share their views."
    ),
)
class SavedView(Node):
    name: str = described("The name of the view, unique for its owner.")
    search: str = described(
        "A text in the search language of `TaskWhere.search`. Empty to match all tasks."
    )
    columns: list[TaskColumn] | None = described(COLUMNS)
    created_at: datetime = described("The time at which the view was created.")
    updated_at: datetime = described("The time at which the view was saved last.")

    @strawberry.field(description="The order of the tasks.")
    def order_by(self: models.SavedView) -> SavedViewOrder:
        return SavedViewOrder(
            field=TaskOrderField[self.order_field], direction=OrderDirection[self.order_direction]
        )


@mutation_input
class SaveViewInput:
    name: str = strawberry.field(description=NAME)
    search: str = strawberry.field(
        default="",
        description=(
            "A text in the search language of `TaskWhere.search`, at most"
            f" {search.LENGTH_MAX:,} characters. Default empty: matches all tasks."
        ),
    )
    order_by: TaskOrder | None = strawberry.field(
        default=None, description="The order of the tasks. Default newest first."
    )
    columns: list[TaskColumn] | None = strawberry.field(default=None, description=COLUMNS)

    def to_request(self) -> saved_views.NewView:
        """Return what the service takes."""
        order = self.order_by or TaskOrder(field=TaskOrderField.CREATED_AT)
        return saved_views.NewView(
            name=self.name,
            search=self.search,
            order_field=order.field.name,
            order_direction=order.direction.name,
            columns=None if self.columns is None else tuple(self.columns),
        )


@strawberry.type
class ViewPayload:
    view: SavedView | None = result_field("view")
    errors: list[UserError] = errors_field()


@strawberry.type
class SavedViewQueries:
    @strawberry_django.field(
        description=(
            "The saved views of the user or API token, ordered by name. Without credentials, the"
            " views that such requests share."
        )
    )
    def saved_views(self, info: strawberry.Info) -> list[SavedView]:
        return fetch_selected(info, saved_views.own_views())


@strawberry.type
class SavedViewMutations:
    @mutation(
        ViewPayload,
        description=(
            "Create a saved view, or replace the one of the same owner with the same name. An owner"
            f" can have {saved_views.VIEWS_MAX} views. Requires the role VIEWER."
        ),
    )
    def save_view(self, input: SaveViewInput) -> models.SavedView:
        return saved_views.save_view(input.to_request())

    @mutation(
        DeletePayload,
        description="Delete a saved view of the same owner. Requires the role VIEWER.",
    )
    def delete_view(self, input: IdInput) -> strawberry.ID:
        return global_id("SavedView", saved_views.delete_view(parse_id(input.id, "SavedView")))
