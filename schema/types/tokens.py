"""API tokens, and who is asking."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry
import strawberry_django

from schema.core.enums import Role
from schema.core.payloads import UserError, attempt
from schema.types.task_filter import text
from tasks_app import actors, models
from tasks_app.services import authentication

LISTED_MAX = 100


@strawberry.type(description="Who is asking.")
class Viewer:
    name: str | None = strawberry.field(
        description="Of the token or the user; null where nobody needs to say who they are."
    )
    role: Role = strawberry.field(description="What they may do.")


@strawberry.type(description="A program's key to the APIs, without its secret.")
class ApiToken:
    uuid: UUID = strawberry.field(description="What the log names it by.")
    name: str = strawberry.field(description="Whose it is.")
    role: Role = strawberry.field(description="What may be done with it.")
    hint: str = strawberry.field(description="How its secret begins.")
    created_at: datetime = strawberry.field(description="When it was made.")
    created_by: str | None = strawberry.field(description="By whom, if that is known.")
    expires_at: datetime | None = strawberry.field(description="From when on it opens no door.")
    revoked_at: datetime | None = strawberry.field(description="When it was revoked.")


@strawberry.input(description="The token to be made.")
class CreateApiTokenInput:
    name: str = strawberry.field(description="Whose it is, 1 to 100 characters; the log names it.")
    role: Role = strawberry.field(description="What may be done with it.")
    expires_at: datetime | None = strawberry.field(
        default=None, description="From when on it opens no door; null for never."
    )


@strawberry.input(description="The token to be revoked.")
class RevokeApiTokenInput:
    uuid: UUID = strawberry.field(description="Its uuid.")


@strawberry.type(description="The token that was made, or why it was not.")
class CreateApiTokenPayload:
    api_token: ApiToken | None = strawberry.field(description="The token.")
    secret: str | None = strawberry.field(
        description="What goes behind `Authorization: Bearer`. It is shown here and never again."
    )
    errors: list[UserError] = strawberry.field(description="What was refused, if anything.")


@strawberry.type(description="The token that was revoked, or why it was not.")
class RevokeApiTokenPayload:
    api_token: ApiToken | None = strawberry.field(description="As it stands now.")
    errors: list[UserError] = strawberry.field(description="What was refused, if anything.")


@strawberry.type
class TokenQueries:
    @strawberry_django.field(description="Who is asking, and what they may do.")
    def viewer(self) -> Viewer:
        actor = actors.current()
        assert actor.role is not None  # schema.execution.permissions lets nobody in without one
        return Viewer(name=actor.name or None, role=actor.role)

    @strawberry_django.field(
        description=f"The API tokens, the newest {LISTED_MAX} first. For admins."
    )
    def api_tokens(self) -> list[ApiToken]:
        return [_token(row) for row in models.ApiToken.objects.all()[:LISTED_MAX]]


@strawberry.type
class TokenMutations:
    @strawberry_django.mutation(description="Make an API token. For admins.")
    def create_api_token(
        self,
        input: Annotated[
            CreateApiTokenInput, strawberry.argument(description="The token to be made.")
        ],
    ) -> CreateApiTokenPayload:
        made, errors = attempt(
            lambda: authentication.create_token(
                text(input.name), input.role, expires_at=input.expires_at
            )
        )
        return CreateApiTokenPayload(
            api_token=_token(made.token) if made else None,
            secret=made.secret if made else None,
            errors=errors,
        )

    @strawberry_django.mutation(
        description="Have a token open no door any more, within seconds. For admins."
    )
    def revoke_api_token(
        self, input: Annotated[RevokeApiTokenInput, strawberry.argument(description="The token.")]
    ) -> RevokeApiTokenPayload:
        token, errors = attempt(lambda: authentication.revoke_token(input.uuid), key="uuid")
        return RevokeApiTokenPayload(api_token=_token(token) if token else None, errors=errors)


def _token(row: models.ApiToken) -> ApiToken:
    return ApiToken(
        uuid=row.pk,
        name=row.name,
        role=Role(row.role),
        hint=row.hint,
        created_at=row.created_at,
        created_by=row.created_by or None,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
    )
