"""The mutations of webhooks. All require the role ADMIN."""

import strawberry
from django.core.exceptions import ValidationError
from strawberry.scalars import JSON

from schema.core.mutations import DeletePayload, IdInput, mutation
from schema.core.payloads import (
    UserError,
    errors_field,
    mutation_input,
    result_field,
)
from schema.core.relay import global_id, parse_id
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


@mutation_input
class UpdateWebhookInput(IdInput):
    url: str | None = strawberry.field(default=None, description=f"{URL} {UNCHANGED}")
    document: str | None = strawberry.field(default=None, description=f"{DOCUMENT} {UNCHANGED}")
    variables: JSON | None = strawberry.field(default=None, description=f"{VARIABLES} {UNCHANGED}")


@mutation_input
class ReplayWebhookInput(IdInput):
    after: str = strawberry.field(
        description="A cursor of the event log. All events after it are sent again."
    )


@strawberry.type
class WebhookPayload:
    webhook: Webhook | None = result_field("webhook")
    errors: list[UserError] = errors_field()


@strawberry.type
class WebhookSecretPayload:
    webhook: Webhook | None = result_field("webhook")
    secret: str | None = strawberry.field(
        default=None,
        description=(
            "The secret with which receivers verify messages. It is returned only once. Null if"
            " the mutation failed."
        ),
    )
    errors: list[UserError] = errors_field()


@strawberry.type
class WebhookMutations:
    @mutation(
        WebhookSecretPayload,
        description=(
            "Create a webhook: a subscription whose responses the server sends to a URL, signed as"
            f" the Standard Webhooks specification says. {ROLE}"
        ),
    )
    def create_webhook(
        self, info: strawberry.Info, input: CreateWebhookInput
    ) -> webhooks.NewWebhook:
        variables = _object(input.variables) or {}
        after = None if input.after is None else _cursor(input.after)
        webhooks.check(input.url, input.document, variables)
        _check_document(info, input.document, variables)
        return webhooks.create_webhook(input.url, input.document, variables, after)

    @mutation(
        WebhookPayload,
        description=(
            "Change the URL, the document or the variables of a webhook. It continues from its"
            f" cursor. {ROLE}"
        ),
    )
    def update_webhook(self, info: strawberry.Info, input: UpdateWebhookInput) -> models.Webhook:
        id = parse_id(input.id, "Webhook")
        given = _object(input.variables)
        webhooks.check(input.url, input.document, given)
        if input.document is not None or given is not None:
            row = models.Webhook.objects.get(pk=id)
            document = row.document if input.document is None else input.document
            _check_document(info, document, row.variables if given is None else given)
        return webhooks.update_webhook(id, url=input.url, document=input.document, variables=given)

    @mutation(DeletePayload, description=f"Delete a webhook and its deliveries. {ROLE}")
    def delete_webhook(self, input: IdInput) -> strawberry.ID:
        return global_id("Webhook", webhooks.delete_webhook(parse_id(input.id, "Webhook")))

    @mutation(
        WebhookSecretPayload,
        description=(
            "Replace the secret of a webhook. For"
            f" {webhooks.PREVIOUS_SECRET_HOURS} hours, messages are signed with both. {ROLE}"
        ),
    )
    def rotate_webhook_secret(self, input: IdInput) -> webhooks.NewWebhook:
        return webhooks.rotate_secret(parse_id(input.id, "Webhook"))

    @mutation(
        WebhookPayload,
        description=(
            "Send a test message soon: the newest response that the document makes of the last 100"
            f" events, or null. Its outcome is in `deliveries`. {ROLE}"
        ),
    )
    def test_webhook(self, input: IdInput) -> models.Webhook:
        return webhooks.test_webhook(parse_id(input.id, "Webhook"))

    @mutation(
        WebhookPayload,
        description=(
            "Send the next message of a webhook now, also if it is disabled, invalid or waits for"
            f" its next attempt. The viewer becomes its owner. {ROLE}"
        ),
    )
    def resume_webhook(self, input: IdInput) -> models.Webhook:
        return webhooks.resume_webhook(parse_id(input.id, "Webhook"))

    @mutation(
        WebhookPayload,
        description=(
            "Send all events after a cursor again, and those that follow. The messages have new"
            " times, but the same IDs for the same changes of tasks. The viewer becomes the owner"
            f" of the webhook. {ROLE}"
        ),
    )
    def replay_webhook(self, input: ReplayWebhookInput) -> models.Webhook:
        id = parse_id(input.id, "Webhook")
        return webhooks.replay_webhook(id, _cursor(input.after))


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
