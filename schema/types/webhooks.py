"""Webhooks and their deliveries: what they show, and their queries."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated

import strawberry
import strawberry_django
from django.db.models import F, Model, Window
from django.db.models.functions import RowNumber
from strawberry.scalars import JSON

from schema.core.enums import WebhookState
from schema.core.pagination import (
    After,
    Connection,
    First,
    Order,
    Page,
    paginate,
    prefetch_page,
)
from schema.core.prefetch import Arguments, Loaded, prefetch_for, prefetches
from schema.core.relay import IdOrUuid, Node, check_size, described, parse_id
from tasks_app import models
from tasks_app.webhooks.attempts import DELIVERIES_KEPT

DELIVERIES_DEFAULT = 20

_deliveries = Loaded[list[models.WebhookDelivery]]("deliveries")


@strawberry.type(description="An attempt to send a message of a webhook.")
class WebhookDelivery:
    message_id: str = strawberry.field(
        description="The header `webhook-id`. All attempts of a message have the same."
    )
    at: datetime = strawberry.field(description="The time at which the attempt began.")
    attempt: int = strawberry.field(description="The number of the attempt, from 1.")
    is_test: bool = strawberry.field(description="Whether `testWebhook` requested the message.")
    succeeded: bool = strawberry.field(
        description="Whether the receiver answered with a status from 200 to 299."
    )
    status: int | None = strawberry.field(
        description="The HTTP status of the response. Null if there was none."
    )
    duration_ms: int = strawberry.field(description="The duration of the attempt, in milliseconds.")
    response: str = strawberry.field(
        description="The first 1,000 bytes of the response's body. Empty if there was none."
    )
    error: str | None = strawberry.field(
        description="Why there was no response. Null if there was one."
    )


@strawberry_django.type(
    models.Webhook,
    description=(
        "A subscription whose responses the server sends to a URL, at least once and in order."
    ),
)
class Webhook(Node):
    url: str = described("The URL that receives the messages.")
    document: str = described("The GraphQL document with the subscription.")
    state: WebhookState = described("The state of the webhook.")
    cursor: str = described(
        "The opaque position in the event log up to which the receiver has all events."
    )
    attempts: int = described("The number of failed attempts of the next message.")
    next_attempt_at: datetime | None = described(
        "The time of the next attempt. Null if no attempt of the next message has failed, and if"
        " nothing is sent."
    )
    previous_secret_until: datetime | None = described(
        "The time until which messages are signed with the previous secret too. Null if the secret"
        " was not rotated."
    )
    created_at: datetime = described("The time at which the webhook was created.")
    updated_at: datetime = described("The time of the webhook's last change or attempt.")

    @strawberry.field(description="The values of the document's variables.")
    def variables(self: models.Webhook) -> JSON:
        return JSON(self.variables)

    @strawberry.field(
        description=(
            "Why the webhook is not active, or why the last attempt failed. Null if it is active."
        )
    )
    def message(self: models.Webhook) -> str | None:
        return self.message or None

    @strawberry.field(
        description=(
            "The name of the user or token on whose behalf the webhook reads: who created or last"
            " resumed it. Null if authentication was not required."
        )
    )
    def owner(self: models.Webhook) -> str | None:
        return self.owner or None

    @strawberry.field(description=f"The last attempts, newest first. {DELIVERIES_KEPT} are kept.")
    def deliveries(
        self: models.Webhook,
        first: Annotated[
            int,
            strawberry.argument(
                description=(
                    f"Returns the first n elements, 0 to {DELIVERIES_KEPT}. Default"
                    f" {DELIVERIES_DEFAULT}."
                )
            ),
        ] = DELIVERIES_DEFAULT,
    ) -> list[WebhookDelivery]:
        check_size("first", first, DELIVERIES_KEPT)
        return [_delivery(row) for row in _deliveries.of(self)[:first]]


@prefetches(models.Webhook, "deliveries")
def _load_deliveries(rows: Sequence[models.Webhook], arguments: Arguments) -> Iterable[Model]:
    number = Window(RowNumber(), partition_by=F("webhook_id"), order_by="-pk")
    found = models.WebhookDelivery.objects.filter(webhook__in=rows).annotate(number=number)
    by_webhook: dict[object, list[models.WebhookDelivery]] = {row.pk: [] for row in rows}
    for each in found.filter(number__lte=DELIVERIES_KEPT).order_by("-pk"):
        by_webhook[each.webhook_id].append(each)
    for row in rows:
        _deliveries.set(row, by_webhook[row.pk])
    return []


def _delivery(row: models.WebhookDelivery) -> WebhookDelivery:
    return WebhookDelivery(
        message_id=row.message_id,
        at=row.at,
        attempt=row.attempt,
        is_test=row.is_test,
        succeeded=row.succeeded,
        status=row.status,
        duration_ms=row.duration_ms,
        response=row.response,
        error=row.error or None,
    )


@strawberry.type
class WebhookQueries:
    @strawberry_django.field(
        description="The webhook with this ID. Null if it does not exist. Requires the role ADMIN."
    )
    def webhook(self, info: strawberry.Info, id: IdOrUuid) -> Webhook | None:
        row = models.Webhook.objects.filter(pk=parse_id(id, "Webhook")).first()
        prefetch_for(info, [row] if row else [])
        return row

    @strawberry_django.field(description="Webhooks, newest first. Requires the role ADMIN.")
    def webhooks(
        self, info: strawberry.Info, first: First = None, after: After = None
    ) -> Connection[Webhook]:
        rows = models.Webhook.objects.all()
        edges, page_info = paginate(rows, Order("webhooks"), Page(first, after))
        prefetch_page(info, edges)
        return Connection(edges=edges, page_info=page_info, rows=rows)  # type: ignore[arg-type]
