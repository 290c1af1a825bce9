"""Alerts and their rules: what they show, and the mutation that changes a rule."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated

import strawberry
import strawberry_django
from django.db.models import Model, prefetch_related_objects

from schema.core.enums import AttentionKind
from schema.core.mutations import mutation
from schema.core.pagination import After, Connection, First, Order, Page, paginate, prefetch_page
from schema.core.payloads import (
    UserError,
    errors_field,
    mutation_input,
    result_field,
)
from schema.core.prefetch import Arguments, prefetches
from schema.core.relay import Node, described
from schema.types.nodes.types import WorkerNode
from schema.types.schedules.types import TaskSchedule
from tasks_app import models
from tasks_app.models.alert import AFTER_SECONDS_MAX
from tasks_app.services import alert_rules

NEWEST_FIRST = Order("OPENED_AT DESC", "opened_at")
ENABLED = "Whether items of the kind become alerts. If not, open alerts are resolved."
OPEN_AFTER = (
    f"How long an item lasts before its alert opens, in seconds, 0 to {AFTER_SECONDS_MAX:,}."
)
RESOLVE_AFTER = (
    "How long an item is gone before its alert is resolved, in seconds, 0 to"
    f" {AFTER_SECONDS_MAX:,}."
)
UNCHANGED = "Unchanged if left out or null."


@strawberry_django.type(
    models.Alert, description="An attention item that has lasted, from its opening to its end."
)
class Alert(Node):
    message: str = described(
        "The item in a sentence with its subject, as it was when it was first seen."
    )
    subject: str = described(
        "The name of the queue or worker node, or the UUID of the schedule or webhook."
    )
    since: datetime = described("The time since which the item existed, before the alert opened.")
    opened_at: datetime = described("The time at which the alert opened.")
    resolved_at: datetime | None = described(
        "The time at which the alert was resolved. Null if it is open."
    )

    @strawberry.field(description="The kind of the item.")
    def kind(self: models.Alert) -> AttentionKind:
        return AttentionKind(self.kind)

    @strawberry.field(
        description="The name of the queue. Null if the alert does not concern a queue."
    )
    def queue(self: models.Alert) -> str | None:
        return self.queue or None

    @strawberry.field(
        description="The worker node. Null for other kinds than NODE_LOST, and if it was removed."
    )
    def worker_node(self: models.Alert) -> WorkerNode | None:
        return self.node

    @strawberry.field(
        description="The schedule. Null for other kinds than TICKS_MISSED, and if it was deleted."
    )
    def task_schedule(self: models.Alert) -> TaskSchedule | None:
        return self.schedule


@prefetches(models.Alert, "workerNode")
def _load_nodes(alerts: Sequence[models.Alert], arguments: Arguments) -> Iterable[Model]:
    return _related(alerts, "node")


@prefetches(models.Alert, "taskSchedule")
def _load_schedules(alerts: Sequence[models.Alert], arguments: Arguments) -> Iterable[Model]:
    return _related(alerts, "schedule")


def _related(alerts: Sequence[models.Alert], name: str) -> list[Model]:
    prefetch_related_objects(alerts, name)
    return [row for alert in alerts if (row := getattr(alert, name))]


@strawberry.type(description="When attention items of a kind become alerts.")
class AlertRule:
    kind: AttentionKind = strawberry.field(description="The kind of the items.")
    enabled: bool = strawberry.field(description=ENABLED)
    open_after_seconds: int = strawberry.field(description=OPEN_AFTER)
    resolve_after_seconds: int = strawberry.field(description=RESOLVE_AFTER)
    is_default: bool = strawberry.field(description="Whether the rule has its default values.")

    @classmethod
    def of(cls, rule: models.AlertRule) -> "AlertRule":
        """Return the rule of a row."""
        return cls(
            kind=AttentionKind(rule.kind),
            enabled=rule.enabled,
            open_after_seconds=rule.open_after_seconds,
            resolve_after_seconds=rule.resolve_after_seconds,
            is_default=alert_rules.is_default(rule),
        )


@strawberry.type
class AlertQueries:
    @strawberry_django.field(description="Alerts that are open or were resolved, newest first.")
    def alerts(
        self,
        info: strawberry.Info,
        open: Annotated[
            bool | None,
            strawberry.argument(
                description="Returns open alerts if true, resolved ones if false. Default all."
            ),
        ] = None,
        kinds: Annotated[
            list[AttentionKind] | None,
            strawberry.argument(description="Returns alerts of these kinds. Default all."),
        ] = None,
        first: First = None,
        after: After = None,
    ) -> Connection[Alert]:
        rows = models.Alert.objects.filter(opened_at__isnull=False)
        if open is not None:
            rows = rows.filter(resolved_at__isnull=open)
        if kinds is not None:
            rows = rows.filter(kind__in=kinds)
        edges, page_info = paginate(rows, NEWEST_FIRST, Page(first, after))
        prefetch_page(info, edges)
        return Connection(edges=edges, page_info=page_info, rows=rows)  # type: ignore[arg-type]

    @strawberry_django.field(description="The rule of each kind of attention items.")
    def alert_rules(self) -> list[AlertRule]:
        return [AlertRule.of(rule) for rule in alert_rules.all_rules()]


@mutation_input
class SetAlertRuleInput:
    kind: AttentionKind = strawberry.field(description="The kind of the items.")
    enabled: bool | None = strawberry.field(default=None, description=f"{ENABLED} {UNCHANGED}")
    open_after_seconds: int | None = strawberry.field(
        default=None, description=f"{OPEN_AFTER} {UNCHANGED}"
    )
    resolve_after_seconds: int | None = strawberry.field(
        default=None, description=f"{RESOLVE_AFTER} {UNCHANGED}"
    )


@strawberry.type
class AlertRulePayload:
    alert_rule: AlertRule | None = result_field("rule")
    errors: list[UserError] = errors_field()


@strawberry.type
class AlertMutations:
    @mutation(
        AlertRulePayload,
        description="Change when attention items of a kind become alerts. It applies to open ones.",
    )
    def set_alert_rule(self, input: SetAlertRuleInput) -> AlertRule:
        rule = alert_rules.set_rule(
            input.kind,
            enabled=input.enabled,
            open_after_seconds=input.open_after_seconds,
            resolve_after_seconds=input.resolve_after_seconds,
        )
        return AlertRule.of(rule)
