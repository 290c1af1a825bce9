"""The policies of schedules, and the outcomes of their scheduled times."""

from django.db.models import TextChoices

# How many scheduled times of a schedule wait at most, with the catch-up policy ALL.
CATCH_UP_MAX = 100


# How late a scheduled time is still on time, with the policy NONE. It is longer than a failover of
# Beat takes, which is up to six seconds if the leader freezes.
ON_TIME_SECONDS = 10


class Overlap(TextChoices):
    """What happens to a scheduled time while the previous run has not ended."""

    SKIP = "SKIP", "Skip a scheduled time while the previous run has not ended"
    QUEUE_ONE = "QUEUE_ONE", "Queue one run until the previous run has ended"
    CANCEL_RUNNING = "CANCEL_RUNNING", "Cancel the previous run, and run when it has ended"
    ALLOW = "ALLOW", "Start another run, up to a maximum number of runs at the same time"


class CatchUp(TextChoices):
    """What happens to scheduled times that came while no scheduler ran."""

    LATEST = "LATEST", "Run the last missed scheduled time"
    ALL = "ALL", f"Run the last {CATCH_UP_MAX} missed scheduled times, one after another"
    NONE = "NONE", f"Run no scheduled time that is more than {ON_TIME_SECONDS} seconds late"


class TickOutcome(TextChoices):
    """What happened at a scheduled time."""

    FIRED = "FIRED", "It started a run"
    SKIPPED = "SKIPPED", "The rules of the schedule prevented a run"
    MISSED = "MISSED", "It could not start a run in time"


class TickReason(TextChoices):
    """Why a scheduled time started no run, or an additional one."""

    OVERLAP = "OVERLAP", "The previous run had not ended, or as many as are allowed had not"
    PAUSED = "PAUSED", "The schedule was paused"
    LIMIT = "LIMIT", "The schedule has ended"
    TRIGGERED = "TRIGGERED", "A client triggered it"
