"""The mutations of webhooks. All require the role ADMIN."""

from collections.abc import Callable
from typing import Annotated, TypeVar

import strawberry
import strawberry_django
from django.core.exceptions import ValidationError
from strawberry.scalars import JSON

from schema.core.payloads import (
    INPUT,
    UserError,
    attempt,
    errors_field,
    mutation_input,
    mutation_payload,
)
from schema.core.relay import ID_OR_UUID, global_id, parse_id
from schema.types.webhooks import Webhook
from schema.webhooks import documents
from tasks_app import models
from tasks_app.log.cursor import Cursor
from tasks_app.services import webhooks
from tasks_app.services.validation import error
from tasks_app.webhooks.addresses import URL_MAX_LENGTH

URL = (
    f"The URL that receives the messages, at most {URL_MAX_LENGTH:,} characters."
    " It begins with https:// and its host has a public address, unless the setting"
    " WEBHOOK_ALLOWED_HOSTS contains the host."
)
DOCUMENT = (
    "A GraphQL document with one subscription to `taskStatusChanged` or `clusterEvents`, at most"
    f" {webhooks.DOCUMENT_MAX_LENGTH:,} characters. Each response is the body of a message."
)
VARIABLES = (
    "The values of the document's variables, as a JSON object of at most"
    f" {webhooks.VARIABLES_MAX_LENGTH:,} characters."
)
UNCHANGED = "Unchanged if left out or null."
ROLE = "Requires the role ADMIN."


@mutation_input
class CreateWebhookInput:
    url: str = strawberry.field(description=URL)
    document: str = strawberry.field(description=DOCUMENT)
    variables: JSON | None = strawberry.field(
        default=None, description=f"{VARIABLES} Default none."
    )
    after: str | None = strawberry.field(
        default=None,
        description=(
            "A cursor of the event log. All events after it are sent. Default: the end of the log."
        ),
    )


@strawberry.input
class WebhookInput:
    id: strawberry.ID = strawberry.field(description=ID_OR_UUID)


@mutation_input
class UpdateWebhookInput(WebhookInput):
    url: str | None = strawberry.field(default=None, description=f"{URL} {UNCHANGED}")
    document: str | None = strawberry.field(default=None, description=f"{DOCUMENT} {UNCHANGED}")
    variables: JSON | None = strawberry.field(default=None, description=f"{VARIABLES} {UNCHANGED}")


@mutation_input
class DeleteWebhookInput(WebhookInput): ...


@mutation_input
class RotateWebhookSecretInput(WebhookInput): ...


@mutation_input
class TestWebhookInput(WebhookInput): ...


@mutation_input
class ResumeWebhookInput(WebhookInput): ...


@mutation_input
class ReplayWebhookInput(WebhookInput):
    after: str = strawberry.field(
        description="A cursor of the event log. All events after it are sent again."
    )


@strawberry.type
class WebhookPayload:
    webhook: Webhook | None = strawberry.field(
        description="The webhook after the mutation. Null if the mutation failed."
    )
    errors: list[UserError] = errors_field()


@strawberry.type
class WebhookSecretPayload(WebhookPayload):
    secret: str | None = strawberry.field(
        description=(
            "The secret with which receivers verify messages. It is returned only once. Null if"
            " the mutation failed."
        )
    )


@mutation_payload
class CreateWebhookPayload(WebhookSecretPayload): ...


@mutation_payload
class RotateWebhookSecretPayload(WebhookSecretPayload): ...


@mutation_payload
class UpdateWebhookPayload(WebhookPayload): ...


@mutation_payload
class TestWebhookPayload(WebhookPayload): ...


@mutation_payload
class ResumeWebhookPayload(WebhookPayload): ...


@mutation_payload
class ReplayWebhookPayload(WebhookPayload): ...


@mutation_payload
class DeleteWebhookPayload:
    deleted_id: strawberry.ID | None = strawberry.field(
        description="The global ID that the webhook had. Null if the mutation failed."
    )
    errors: list[UserError] = errors_field()


Payload = TypeVar("Payload", bound=WebhookPayload)
SecretPayload = TypeVar("SecretPayload", bound=WebhookSecretPayload)


@strawberry.type
class WebhookMutations:
    @strawberry_django.mutation(
        description=(
            "Create a webhook: a subscription whose responses the server sends to a URL, signed as"
            f" the Standard Webhooks specification says. {ROLE}"
        )
    )
    def create_webhook(
        self, info: strawberry.Info, input: Annotated[CreateWebhookInput, INPUT]
    ) -> CreateWebhookPayload:
        def create() -> webhooks.NewWebhook:
            variables = _object(input.variables) or {}
            after = None if input.after is None else _cursor(input.after)
            webhooks.check(input.url, input.document, variables)
            _check_document(info, input.document, variables)
            return webhooks.create_webhook(input.url, input.document, variables, after)

        return _with_secret(CreateWebhookPayload, create)

    @strawberry_django.mutation(
        description=(
            "Change the URL, the document or the variables of a webhook. It continues from its"
            f" cursor. {ROLE}"
        )
    )
    def update_webhook(
        self, info: strawberry.Info, input: Annotated[UpdateWebhookInput, INPUT]
    ) -> UpdateWebhookPayload:
        id = parse_id(input.id, "Webhook")

        def update() -> models.Webhook:
            given = _object(input.variables)
            webhooks.check(input.url, input.document, given)
            if input.document is not None or given is not None:
                row = models.Webhook.objects.get(pk=id)
                document = row.document if input.document is None else input.document
                _check_document(info, document, row.variables if given is None else given)
            return webhooks.update_webhook(
                id, url=input.url, document=input.document, variables=given
            )

        return _with_webhook(UpdateWebhookPayload, update)

    @strawberry_django.mutation(description=f"Delete a webhook and its deliveries. {ROLE}")
    def delete_webhook(self, input: Annotated[DeleteWebhookInput, INPUT]) -> DeleteWebhookPayload:
        id = parse_id(input.id, "Webhook")
        found, errors = attempt(lambda: webhooks.delete_webhook(id))
        deleted_id = global_id("Webhook", found) if found else None
        return DeleteWebhookPayload(deleted_id=deleted_id, errors=errors)

    @strawberry_django.mutation(
        description=(
            "Replace the secret of a webhook. For"
            f" {webhooks.PREVIOUS_SECRET_HOURS} hours, messages are signed with both. {ROLE}"
        )
    )
    def rotate_webhook_secret(
        self, input: Annotated[RotateWebhookSecretInput, INPUT]
    ) -> RotateWebhookSecretPayload:
        id = parse_id(input.id, "Webhook")
        return _with_secret(RotateWebhookSecretPayload, lambda: webhooks.rotate_secret(id))

    @strawberry_django.mutation(
        description=(
            "Send a test message soon: the newest response that the document makes of the last 100"
            f" events, or null. Its outcome is in `deliveries`. {ROLE}"
        )
    )
    def test_webhook(self, input: Annotated[TestWebhookInput, INPUT]) -> TestWebhookPayload:
        id = parse_id(input.id, "Webhook")
        return _with_webhook(TestWebhookPayload, lambda: webhooks.test_webhook(id))

    @strawberry_django.mutation(
        description=(
            "Send the next message of a webhook now, also if it is disabled, invalid or waits for"
            f" its next attempt. The viewer becomes its owner. {ROLE}"
        )
    )
    def resume_webhook(self, input: Annotated[ResumeWebhookInput, INPUT]) -> ResumeWebhookPayload:
        id = parse_id(input.id, "Webhook")
        return _with_webhook(ResumeWebhookPayload, lambda: webhooks.resume_webhook(id))

    @strawberry_django.mutation(
        description=(
            "Send all events after a cursor again, and those that follow. The messages have new"
            " times, but the same IDs for the same changes of tasks. The viewer becomes the owner"
            f" of the webhook. {ROLE}"
        )
    )
    def replay_webhook(self, input: Annotated[ReplayWebhookInput, INPUT]) -> ReplayWebhookPayload:
        id = parse_id(input.id, "Webhook")
        return _with_webhook(
            ReplayWebhookPayload, lambda: webhooks.replay_webhook(id, _cursor(input.after))
        )


def _check_document(info: strawberry.Info, document: str, variables: dict[str, object]) -> None:
    """Raise ValidationError if the document is not valid with these variables."""
    if errors := documents.validate(info.schema, document, variables):
        raise ValidationError({name: error(text, "invalid") for name, text in errors.items()})


def _cursor(text: str) -> Cursor:
    try:
        return Cursor.decode(text)
    except ValueError as wrong:
        message = "Must be a cursor of the event log."
        raise ValidationError({"after": error(message, "invalid")}) from wrong


def _object(value: object) -> dict[str, object] | None:
    if value is not None and not isinstance(value, dict):
        raise ValidationError({"variables": error("Must be a JSON object.", "invalid")})
    return value


def _with_webhook(payload: type[Payload], service: Callable[[], models.Webhook]) -> Payload:
    webhook, errors = attempt(service)
    return payload(webhook=webhook, errors=errors)  # type: ignore[arg-type]


def _with_secret(
    payload: type[SecretPayload], service: Callable[[], webhooks.NewWebhook]
) -> SecretPayload:
    made, errors = attempt(service)
    webhook, secret = made or (None, None)
    return payload(webhook=webhook, secret=secret, errors=errors)  # type: ignore[arg-type]
