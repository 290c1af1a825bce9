"""Computes forecasts in a process of their own, one at a time for each web process."""

import pickle
import subprocess
import sys
from collections.abc import Sequence
from threading import Lock

from django.conf import settings

from tasks_app.simulation.forecast.compute import Forecasts
from tasks_app.simulation.forecast.scenario import SECONDS_MAX, Scenario

# Two simulations, and as much time to begin and to evaluate them while the machine is busy.
_TIMEOUT_SECONDS = 4 * SECONDS_MAX
# How long a request waits for that of another client.
_WAIT_SECONDS = 5.0

_lock = Lock()


class BusyError(Exception):
    """Another forecast is being computed, or the machine has no time for this one."""


def compute(scenarios: Sequence[Scenario]) -> Forecasts:
    """Return the forecasts of scenarios.

    Raises:
        BusyError: It would take too long.
    """
    if not _lock.acquire(timeout=_WAIT_SECONDS):
        raise BusyError
    try:
        done = subprocess.run(
            [sys.executable, "-m", "tasks_app.simulation.forecast"],
            input=pickle.dumps(scenarios, pickle.HIGHEST_PROTOCOL),
            stdout=subprocess.PIPE,
            cwd=settings.BASE_DIR,
            timeout=_TIMEOUT_SECONDS,
            check=True,
        )
    except subprocess.TimeoutExpired as error:
        raise BusyError from error
    finally:
        _lock.release()
    found: Forecasts = pickle.loads(done.stdout)  # noqa: S301  our own process wrote it
    return found
