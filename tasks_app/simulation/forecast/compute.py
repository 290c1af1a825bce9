"""Computes the forecasts of several scenarios, with their backlogs at the same times."""

from collections.abc import Sequence
from typing import NamedTuple

from tasks_app.simulation.forecast import busy
from tasks_app.simulation.forecast.outcome import Outcome, evaluate
from tasks_app.simulation.forecast.scenario import SECONDS_MAX, TIMES_MAX, Scenario


class Forecasts(NamedTuple):
    """The outcome of each scenario, and the times of their backlogs in milliseconds from now."""

    times: list[int]
    outcomes: list[Outcome]


def forecast(scenarios: Sequence[Scenario]) -> Forecasts:
    """Return the forecasts of scenarios."""
    periods = [busy.run(scenario, seconds=SECONDS_MAX) for scenario in scenarios]
    times = _times(max(period.ended_ms for period in periods))
    outcomes = [
        evaluate(scenario, period, times)
        for scenario, period in zip(scenarios, periods, strict=True)
    ]
    return Forecasts(times, outcomes)


def _times(end: int) -> list[int]:
    """Return times at equal distances from 0 to the end, which is the last one."""
    steps = min(TIMES_MAX - 1, end)
    return [end * step // steps for step in range(steps + 1)] if steps else [0]
