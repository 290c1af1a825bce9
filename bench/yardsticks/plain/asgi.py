"""`uvicorn bench.yardsticks.plain.asgi:application`

What happened comes whole in the message, so that this side reads no database at all.
"""

import os
from collections.abc import AsyncGenerator

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.yardsticks.plain.settings")
django.setup(set_prefix=False)

import strawberry  # noqa: E402  settings exist only after setup
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.core.asgi import get_asgi_application  # noqa: E402
from django.urls import path  # noqa: E402
from strawberry.channels import GraphQLWSConsumer  # noqa: E402

GROUP = "changes"


@strawberry.type
class Change:
    cursor: str
    task_id: strawberry.ID
    version: int
    status: str
    at: str


@strawberry.type
class Query:
    ok: bool = True


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def task_status_changed(
        self, info: strawberry.Info, after: str | None = None
    ) -> AsyncGenerator[Change, None]:
        async with info.context["ws"].listen_to_channel("task.changed", groups=[GROUP]) as messages:
            async for message in messages:
                yield Change(**message["change"])


schema = strawberry.Schema(query=Query, subscription=Subscription)
application = ProtocolTypeRouter(
    {
        "http": get_asgi_application(),
        "websocket": URLRouter([path("graphql/", GraphQLWSConsumer.as_asgi(schema=schema))]),
    }
)
