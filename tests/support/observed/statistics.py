"""Statistics in tests."""

from tasks_app import stats


def roll_up_all():
    """Roll up every event that is not yet in the statistics."""
    while stats.roll_up():
        pass
