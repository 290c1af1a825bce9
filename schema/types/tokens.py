"""API tokens, and the viewer of a request."""

from datetime import datetime
from uuid import UUID

import strawberry
import strawberry_django
from django.conf import settings

from schema.core.enums import Role, TokenScopeKind
from schema.core.mutations import mutation
from schema.core.payloads import (
    UserError,
    errors_field,
    mutation_input,
    result_field,
)
from schema.core.relay import ID_OR_UUID, parse_id
from tasks_app import models
from tasks_app.access import actors
from tasks_app.services.access import tokens

LISTED_MAX = 100


@strawberry.type(description="The object that a scoped token is limited to.")
class TokenScope:
    kind: TokenScopeKind = strawberry.field(description="The kind of the object.")
    key: str = strawberry.field(
        description="The UUID of the task or schedule, or the name of the queue."
    )


@strawberry.input(
    description="The object that a scoped token is limited to. Exactly one field must be given.",
    one_of=True,
)
class TokenScopeInput:
    task_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description=f"Limits the token to one task. {ID_OR_UUID}"
    )
    schedule_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET,
        description=f"Limits the token to one schedule and its task. {ID_OR_UUID}",
    )
    queue: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="Limits the token to the queue with this name and its tasks.",
    )

    def to_scope(self) -> models.Scope:
        if self.task_id:
            return models.Scope(models.ScopeKind.TASK, str(parse_id(self.task_id, "Task")))
        if self.schedule_id:
            key = parse_id(self.schedule_id, "TaskSchedule")
            return models.Scope(models.ScopeKind.SCHEDULE, str(key))
        return models.Scope(models.ScopeKind.QUEUE, self.queue or "")


@strawberry.type(description="The authenticated user or token of a request.")
class Viewer:
    name: str | None = strawberry.field(
        description=(
            "The name of the user or token. Null if authentication is not required and"
            " none was given."
        )
    )
    role: Role = strawberry.field(description="The role of the viewer.")
    scope: TokenScope | None = strawberry.field(
        description="The object that the token is limited to. Null if it is not limited."
    )
    can_inject_faults: bool = strawberry.field(
        description=(
            "Whether the viewer can use `injectFault`: with the role `ADMIN`, if the setting"
            " `FAULTS` is on."
        )
    )


@strawberry.type(description="A token that authenticates a program, without its secret.")
class ApiToken:
    uuid: UUID = strawberry.field(
        description=("The UUID of the token, which the event log contains.")
    )
    name: str = strawberry.field(description="The name of the token.")
    role: Role = strawberry.field(description="The role of the token.")
    scope: TokenScope | None = strawberry.field(
        description="The object that the token is limited to. Null if it is not limited."
    )
    hint: str = strawberry.field(
        description="The first characters of the secret, by which its owner can recognize it."
    )
    created_at: datetime = strawberry.field(description="The time at which the token was created.")
    created_by: str | None = strawberry.field(
        description=("The name of the actor who created the token. Null if it is unknown.")
    )
    expires_at: datetime | None = strawberry.field(
        description="The time at which the token expires. Null if it never expires."
    )
    revoked_at: datetime | None = strawberry.field(
        description=("The time at which the token was revoked. Null if it was not.")
    )


@mutation_input
class CreateApiTokenInput:
    name: str = strawberry.field(
        description=(
            "The name of the token, 1 to 100 characters. The event log contains it as the actor."
        )
    )
    role: Role = strawberry.field(description="The role of the token.")
    expires_at: datetime | None = strawberry.field(
        default=None, description="The time at which the token expires. Null if it never expires."
    )
    scope: TokenScopeInput | None = strawberry.field(
        default=None,
        description=(
            "The object that the token is limited to. Default null: the token is not limited. A"
            " scoped token has the role `VIEWER` or `OPERATOR`."
        ),
    )


@mutation_input
class RevokeApiTokenInput:
    uuid: UUID = strawberry.field(description="The UUID of the token.")


@strawberry.type
class ApiTokenSecretPayload:
    api_token: ApiToken | None = strawberry.field(
        default=None, description="The token that was created. Null if the mutation failed."
    )
    secret: str | None = strawberry.field(
        default=None,
        description=(
            "The secret, for the header `Authorization: Bearer`. It is returned only"
            " once. Null if the mutation failed."
        ),
    )
    errors: list[UserError] = errors_field()


@strawberry.type
class ApiTokenPayload:
    api_token: ApiToken | None = result_field("token")
    errors: list[UserError] = errors_field()


@strawberry.type
class TokenQueries:
    @strawberry_django.field(description="The authenticated user or token of the request.")
    def viewer(self) -> Viewer:
        actor = actors.current()
        assert actor.role is not None  # schema.execution.permissions requires a role
        return Viewer(
            name=actor.name or None,
            role=actor.role,
            scope=_scope(actor.scope),
            can_inject_faults=(
                settings.FAULTS and actor.role == models.Role.ADMIN and actor.scope is None
            ),
        )

    @strawberry_django.field(
        description=f"The newest {LISTED_MAX} API tokens, newest first. Requires the role ADMIN."
    )
    def api_tokens(self) -> list[ApiToken]:
        return [_token(row) for row in models.ApiToken.objects.all()[:LISTED_MAX]]


@strawberry.type
class TokenMutations:
    @mutation(ApiTokenSecretPayload, description="Create an API token. Requires the role ADMIN.")
    def create_api_token(self, input: CreateApiTokenInput) -> tuple[ApiToken, str]:
        made = tokens.create_token(
            input.name,
            input.role,
            expires_at=input.expires_at,
            scope=input.scope.to_scope() if input.scope else None,
        )
        return _token(made.token), made.secret

    @mutation(
        ApiTokenPayload,
        key="uuid",
        description=(
            "Revoke an API token. It takes effect within 10 seconds. Requires the role ADMIN."
        ),
    )
    def revoke_api_token(self, input: RevokeApiTokenInput) -> ApiToken:
        return _token(tokens.revoke_token(input.uuid))


def _token(row: models.ApiToken) -> ApiToken:
    return ApiToken(
        uuid=row.pk,
        name=row.name,
        role=Role(row.role),
        scope=_scope(row.scope),
        hint=row.hint,
        created_at=row.created_at,
        created_by=row.created_by or None,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
    )


def _scope(scope: models.Scope | None) -> TokenScope | None:
    return TokenScope(kind=TokenScopeKind(scope.kind), key=scope.key) if scope else None
