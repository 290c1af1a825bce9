"""The services of the scheduling policy of the cluster. Each opens its transaction.

They raise ValidationError by field with a code for each error.
"""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db.models.functions import Now

from tasks_app import dispatch
from tasks_app.access import actors
from tasks_app.log import events
from tasks_app.models import SchedulingSettings
from tasks_app.models.scheduling import AGING_MS_MAX, AGING_MS_MIN, SETTINGS_ID
from tasks_app.options import AGING_MS
from tasks_app.services.validation import check_note, error
from tasks_app.sql.claiming import claims, fair_share
from tasks_app.sql.transactions import in_transaction

Policy = SchedulingSettings.Policy


def get() -> SchedulingSettings:
    """Return the settings. Those of a cluster that has no row are the defaults."""
    return SchedulingSettings.objects.first() or SchedulingSettings(pk=SETTINGS_ID, changed_by="")


def changed_at(settings: SchedulingSettings) -> datetime | None:
    """Return the time of the last change; None if the settings were never changed."""
    return None if settings._state.adding else settings.updated_at


@in_transaction
def set_scheduling_policy(
    policy: str, *, backfill: bool = True, aging_ms: int = AGING_MS, note: str = ""
) -> SchedulingSettings:
    """Choose the policy by which all nodes claim tasks, from their next claim on.

    Args:
        policy: The name of the policy.
        backfill: Whether shorter tasks may start before one that waits for slots.
        aging_ms: For `aged-priority`: milliseconds of waiting that count as one priority.
        note: The reason.
    """
    check_note(note)
    check_aging(aging_ms)
    claims.wait_for_claims()
    before = get()
    chosen = {"policy": policy, "backfill": backfill, "aging_ms": aging_ms}
    if all(getattr(before, name) == value for name, value in chosen.items()):
        return before
    if before.policy != policy:
        fair_share.restart()
    SchedulingSettings.objects.update_or_create(
        pk=SETTINGS_ID,
        defaults={**chosen, "changed_by": actors.current().name, "updated_at": Now()},
    )
    after = get()
    events.scheduling_changed(message=f"{_text(after)}{note and f': {note}'}")
    dispatch.refresh_after_commit(None)
    return after


def check_aging(aging_ms: int) -> None:
    """Check the milliseconds of waiting that count as one priority."""
    if not AGING_MS_MIN <= aging_ms <= AGING_MS_MAX:
        message = f"Must be an integer from {AGING_MS_MIN:,} to {AGING_MS_MAX:,}."
        raise ValidationError({"aging_ms": error(message, "out_of_range")})


def _text(settings: SchedulingSettings) -> str:
    aging = f", ageing {settings.aging_ms:,} ms" if settings.policy == Policy.AGED_PRIORITY else ""
    backfill = "" if settings.backfill else ", without backfill"
    return f"{Policy(settings.policy).name}{aging}{backfill}"
