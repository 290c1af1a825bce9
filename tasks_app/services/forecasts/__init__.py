"""Forecasts: when the cluster has worked off its backlog, as it is and with changes.

`state` and `waiting` read the cluster, `changes` changes what was read, `scenarios` hands it to the
simulation, and `process` runs the simulation. Nothing is written.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.core.exceptions import ValidationError

from tasks_app.services.forecasts import process, waiting
from tasks_app.services.forecasts.changes import Change
from tasks_app.services.forecasts.process import BusyError
from tasks_app.services.forecasts.scenarios import (
    Blocked,
    blocked_of,
    reasons_of,
    scenario_of,
)
from tasks_app.services.forecasts.state import State, read
from tasks_app.simulation.forecast.outcome import Outcome
from tasks_app.simulation.forecast.scenario import Scenario, ScenarioNode
from tasks_app.sql.transactions import in_snapshot

CHANGES_MAX = 20

__all__ = ["CHANGES_MAX", "BusyError", "Forecast", "ForecastRun", "forecast"]


@dataclass(frozen=True)
class ForecastRun:
    """The forecast of one state of the cluster."""

    nodes: Sequence[ScenarioNode]
    outcome: Outcome
    blocked: Sequence[Blocked]


@dataclass(frozen=True)
class Forecast:
    """The forecast of the cluster as it is, and of the changed one if there are changes.

    `times` are those of the backlogs, in milliseconds from `at`.
    """

    at: datetime
    times: list[int]
    baseline: ForecastRun
    changed: ForecastRun | None


def forecast(changes: Sequence[Change] = ()) -> Forecast:
    """Return the forecast for the present state and, if there are changes, for the changed one.

    Args:
        changes: They are applied in order, all before anything else happens.

    Raises:
        ValidationError: A change is not valid, by the number of the change and its field.
        BusyError: Other forecasts take too long.
    """
    at, plans = _plans(changes)
    found = process.compute([plan.scenario for plan in plans])
    runs = [
        ForecastRun(plan.scenario.nodes, outcome, plan.blocked)
        for plan, outcome in zip(plans, found.outcomes, strict=True)
    ]
    return Forecast(at, found.times, runs[0], runs[1] if changes else None)


class _Plan(NamedTuple):
    scenario: Scenario
    blocked: list[Blocked]


@in_snapshot
def _plans(changes: Sequence[Change]) -> tuple[datetime, list[_Plan]]:
    """Return the present time, and what is to be simulated."""
    state = read()
    states = [state, _changed(state, changes)] if changes else [state]
    counts = waiting.counts(state.at)
    # Those that start in no state would take the places of others.
    groups = {group for each in states for group in counts.keys() - reasons_of(each, counts).keys()}
    rows = waiting.rows(sorted(groups), state.at, state.scheduling)
    return state.at, [_Plan(scenario_of(each, rows), blocked_of(each, counts)) for each in states]


def _changed(state: State, changes: Sequence[Change]) -> State:
    for number, change in enumerate(changes):
        try:
            state = change.apply(state)
        except ValidationError as error:
            errors = {f"{number}.{name}": each for name, each in error.error_dict.items()}
            raise ValidationError(errors) from error
    return state
