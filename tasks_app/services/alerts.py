"""Opens and resolves alerts: attention items that last, each with an event in the log.

Beat calls `evaluate` every few seconds. What has been seen is stored, so that another process can
continue after a restart. All times are those of the database's clock.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Count

from tasks_app.log import events
from tasks_app.models import Alert, AlertRule, ClusterEvent
from tasks_app.models.base import database_now
from tasks_app.services import alert_rules, attention
from tasks_app.services.attention import Item
from tasks_app.sql.db import fetch
from tasks_app.sql.transactions import in_transaction

# How often Beat evaluates the items.
EVALUATE_SECONDS = 5.0
# If nothing was evaluated for longer than this, items and their absence last from the next time on.
GAP = timedelta(seconds=30)
# One evaluation at a time, so that each alert is opened once and resolved once.
_LOCK = 0x616C6572
_TRY_LOCK = "SELECT pg_try_advisory_xact_lock(%(lock)s)"
# Deletes alerts that were resolved before a time.
_DELETE = """
    DELETE FROM tasks_app_alert
     WHERE id IN (SELECT id FROM tasks_app_alert
                   WHERE opened_at < %(before)s AND resolved_at < %(before)s LIMIT %(limit)s)
    RETURNING 1
"""

Kind = ClusterEvent.Kind
State = Alert.State
Key = tuple[str, str]


@in_transaction
def evaluate() -> None:
    """Compare the attention items with the alerts. Does nothing while another process does it."""
    [(is_locked,)] = fetch(_TRY_LOCK, {"lock": _LOCK})
    if not is_locked:
        return
    rules = {rule.kind: rule for rule in alert_rules.all_rules()}
    items = _by_subject(item for item in attention.find() if rules[item.kind].enabled)
    unresolved = Alert.objects.filter(state__in=Alert.UNRESOLVED).order_by("pk")
    alerts = {(each.kind, each.subject): each for each in unresolved}
    now = database_now()
    for key, alert in alerts.items():
        _advance(alert, rules[alert.kind], now, is_present=key in items)
    new = [_new(item, subject, now) for (_, subject), item in items.items()]
    Alert.objects.bulk_create(each for each in new if (each.kind, each.subject) not in alerts)


def open_counts() -> dict[Alert.Kind, int]:
    """Return the number of open alerts of each kind."""
    is_open = Alert.objects.filter(state__in=[State.OPEN, State.RECOVERING]).order_by()
    counts = dict(is_open.values_list("kind").annotate(Count("pk")))
    return {kind: counts.get(kind, 0) for kind in Alert.Kind}


def delete_before(time: datetime, limit: int) -> int:
    """Delete alerts that were resolved before a time, and return their number."""
    return len(fetch(_DELETE, {"before": time, "limit": limit}))


def next_state(state: State, seconds: float, rule: AlertRule, *, is_present: bool) -> State | None:
    """Return the state that follows; None if the alert never opens.

    Args:
        state: The present state.
        seconds: How long the state has lasted.
        rule: The rule of the alert's kind.
        is_present: Whether the attention item exists.
    """
    if is_present:
        is_new = state == State.PENDING and seconds < rule.open_after_seconds
        return State.PENDING if is_new else State.OPEN
    if state == State.PENDING:
        return None
    is_over = state == State.RECOVERING and seconds >= rule.resolve_after_seconds
    return State.RESOLVED if is_over else State.RECOVERING


def _by_subject(items: Iterable[Item]) -> dict[Key, Item]:
    """Return the items by kind and subject: of several about the same one, the first."""
    found: dict[Key, Item] = {}
    for item in items:
        found.setdefault((item.kind, _subject(item)), item)
    return found


def _subject(item: Item) -> str:
    if item.node:
        return item.node.name
    row = item.schedule or item.webhook
    return str(row.pk) if row else item.queue


def _new(item: Item, subject: str, now: datetime) -> Alert:
    return Alert(
        kind=item.kind,
        subject=subject,
        message=item.message if item.queue in item.message else f"{item.queue}: {item.message}",
        queue=item.queue,
        node=item.node,
        schedule=item.schedule,
        since=min(item.since or now, now),
        state_since=now,
        observed_at=now,
    )


def _advance(alert: Alert, rule: AlertRule, now: datetime, *, is_present: bool) -> None:
    """Store the state that follows, with an event if the alert opens or is resolved."""
    was = State(alert.state)
    if now - alert.observed_at > GAP and was != State.OPEN:
        alert.state_since = now
    seconds = (now - alert.state_since).total_seconds()
    state = next_state(was, seconds, rule, is_present=is_present)
    if state is None:
        alert.delete()
        return
    if state == was == State.OPEN:
        return
    alert.enter(state, now)
    if state == State.RESOLVED:
        events.alert_changed(Kind.ALERT_RESOLVED, alert)
    elif was == State.PENDING and state == State.OPEN:
        events.alert_changed(Kind.ALERT_OPENED, alert)
