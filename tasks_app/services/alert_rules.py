"""The rules of alerts: whether items of a kind become alerts, and after how long.

Every kind has a rule. The services raise ValidationError by field with a code for each error.
"""

from django.core.exceptions import ValidationError
from django.db.models.functions import Now

from tasks_app.log import events
from tasks_app.models import Alert, AlertRule
from tasks_app.models.alert import AFTER_SECONDS_MAX
from tasks_app.services.validation import error
from tasks_app.sql.transactions import in_transaction

Kind = Alert.Kind

RESOLVE_AFTER_SECONDS = 60
# A pause is on purpose, so it becomes an alert only if it is forgotten.
OPEN_AFTER_SECONDS: dict[Kind, int] = {
    Kind.NODE_LOST: 10,
    Kind.TOO_LARGE: 30,
    Kind.NO_NODE_FOR_QUEUE: 30,
    Kind.NODES_PAUSED: 600,
    Kind.QUEUE_PAUSED: 600,
    Kind.SLOTS_IDLE: 30,
    Kind.BACKLOG_GROWING: 30,
    Kind.TASKS_FAILING: 30,
    Kind.TICKS_MISSED: 10,
    Kind.WEBHOOK_STOPPED: 10,
}


def all_rules() -> list[AlertRule]:
    """Return the rule of each kind, in the order of the kinds. Defaults have no row."""
    changed = {rule.kind: rule for rule in AlertRule.objects.all()}
    return [changed.get(kind) or _default(kind) for kind in Kind]


def is_default(rule: AlertRule) -> bool:
    """Return whether a rule has the default values."""
    default = _default(Kind(rule.kind))
    return _values(rule) == _values(default)


@in_transaction
def set_rule(
    kind: str,
    *,
    enabled: bool | None = None,
    open_after_seconds: int | None = None,
    resolve_after_seconds: int | None = None,
) -> AlertRule:
    """Change the rule of a kind; None leaves a value as it is.

    Args:
        kind: The kind of the items.
        enabled: Whether they become alerts. If not, open alerts are resolved.
        open_after_seconds: How long an item lasts before its alert opens.
        resolve_after_seconds: How long it is gone before its alert is resolved.
    """
    given = {
        "enabled": enabled,
        "open_after_seconds": open_after_seconds,
        "resolve_after_seconds": resolve_after_seconds,
    }
    _check(open_after_seconds=open_after_seconds, resolve_after_seconds=resolve_after_seconds)
    before = AlertRule.objects.select_for_update().filter(kind=kind).first()
    rule = before or _default(Kind(kind))
    changed = {
        name: value
        for name, value in given.items()
        if value is not None and value != getattr(rule, name)
    }
    if not changed:
        return rule
    after, _ = AlertRule.objects.update_or_create(
        kind=kind,
        defaults={**changed, "updated_at": Now()},
        create_defaults={**_values(rule), **changed},
    )
    events.alert_rule_changed(kind, message=_text(after))
    after.refresh_from_db()
    return after


def _check(**seconds: int | None) -> None:
    errors = {
        name: error(f"Must be an integer from 0 to {AFTER_SECONDS_MAX:,}.", "out_of_range")
        for name, value in seconds.items()
        if value is not None and not 0 <= value <= AFTER_SECONDS_MAX
    }
    if errors:
        raise ValidationError(errors)


def _default(kind: Kind) -> AlertRule:
    return AlertRule(
        kind=kind,
        enabled=True,
        open_after_seconds=OPEN_AFTER_SECONDS[kind],
        resolve_after_seconds=RESOLVE_AFTER_SECONDS,
    )


def _values(rule: AlertRule) -> dict[str, object]:
    names = ("enabled", "open_after_seconds", "resolve_after_seconds")
    return {name: getattr(rule, name) for name in names}


def _text(rule: AlertRule) -> str:
    if not rule.enabled:
        return "disabled"
    return (
        f"opens after {rule.open_after_seconds} s, is resolved after {rule.resolve_after_seconds} s"
    )
