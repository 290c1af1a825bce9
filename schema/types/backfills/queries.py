"""The queries of backfills, with their condition."""

from typing import Annotated

import strawberry
import strawberry_django
from django.db.models import Q

from schema.core.enums import BackfillState
from schema.core.pagination import After, First, Page
from schema.core.prefetch import prefetch_for
from schema.core.relay import IdOrUuid, parse_id
from schema.types.backfills.types import Backfill, BackfillConnection, page_of
from tasks_app import models
from tasks_app.access import scopes


@strawberry.input(
    description="A condition on backfills. A backfill matches if it matches every field given."
)
class BackfillWhere:
    schedule_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="Matches backfills of the schedule with this global ID or UUID. Null for any.",
    )
    states: list[BackfillState] | None = strawberry.field(
        default=None, description="Matches backfills in one of these states. Null for any."
    )


@strawberry.type
class BackfillQueries:
    @strawberry_django.field(description="The backfill with this ID. Null if it does not exist.")
    def backfill(self, info: strawberry.Info, id: IdOrUuid) -> Backfill | None:
        rows = models.Backfill.objects.filter(pk=parse_id(id, "Backfill"))
        row = scopes.visible(rows).first()
        prefetch_for(info, [row] if row else [])
        return row

    @strawberry_django.field(description="Backfills, newest first.")
    def backfills(
        self,
        info: strawberry.Info,
        where: Annotated[
            BackfillWhere | None,
            strawberry.argument(description="The condition that the backfills match. Default all."),
        ] = None,
        first: First = None,
        after: After = None,
    ) -> BackfillConnection:
        rows = scopes.visible(models.Backfill.objects.filter(_to_q(where)))
        return page_of(info, rows, Page(first, after))


def _to_q(where: BackfillWhere | None) -> Q:
    q = Q()
    if where and where.schedule_id is not None:
        q &= Q(schedule_id=parse_id(where.schedule_id, "TaskSchedule"))
    if where and where.states is not None:
        q &= Q(state__in=where.states)
    return q
