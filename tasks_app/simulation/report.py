"""Reports of experiments: a table for people, JSON and CSV for programs."""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Literal

from tasks_app.simulation.cluster import Cluster
from tasks_app.simulation.experiment import (
    COMPARED,
    ArmResult,
    Estimate,
    Settings,
    difference,
    estimate,
    values,
)
from tasks_app.simulation.measures import TaskMeasures
from tasks_app.simulation.workloads.workload import Workload

# The rows of the table: the measure, its label, its factor and its decimals.
_ROWS = (
    ("makespan", "makespan (s)", 1, 0),
    ("utilization", "utilization (%)", 100, 1),
    ("idle_slot_seconds", "idle slot seconds", 1, 0),
    ("wait_mean", "wait, mean (s)", 1, 1),
    ("wait_p50", "wait, p50 (s)", 1, 1),
    ("wait_p95", "wait, p95 (s)", 1, 1),
    ("wait_p99", "wait, p99 (s)", 1, 1),
    ("turnaround_mean", "turnaround, mean (s)", 1, 1),
    ("turnaround_p95", "turnaround, p95 (s)", 1, 1),
    ("slowdown_mean", "slowdown, mean", 1, 2),
    ("bounded_slowdown_mean", "bounded slowdown, mean", 1, 2),
    ("bounded_slowdown_p95", "bounded slowdown, p95", 1, 2),
    ("jain", "fairness (Jain)", 1, 3),
    ("starved", "starved tasks", 1, 0),
    ("failed", "failed tasks", 1, 0),
)
_LABELS = [row[1] for row in _ROWS]


def table(
    workload: Workload,
    cluster: Cluster,
    results: Sequence[ArmResult],
    by: Literal["owner", "queue"] | None = None,
) -> str:
    """Return the table of an experiment, and of the differences from the first policy.

    Args:
        workload: The workload.
        cluster: The cluster.
        results: The results of at least one policy.
        by: Whether to add the mean waits by owner or by queue.
    """
    lines = [_title(workload, cluster, results)]
    lines += [f"{reason}: {count:,}" for reason, count in workload.adjusted.items()]
    lines += ["", *_grid(results, [[_cell(r, row) for r in results] for row in _ROWS])]
    if by:
        lines += ["", f"Mean wait by {by} (s):", "", *_waits(results, by)]
    if len(results) > 1 and len(results[0].measures) > 1:
        lines += ["", *_differences(results[0], results[1:])]
    lines += ["", *(f"digest of {r.arm.label}: {r.digests[0]}" for r in results)]
    return "\n".join(lines) + "\n"


def as_json(
    workload: Workload, cluster: Cluster, results: Sequence[ArmResult], settings: Settings
) -> str:
    """Return an experiment as JSON."""
    document = {
        "version": 1,
        "workload": {"tasks": len(workload.tasks), "adjusted": dict(workload.adjusted)},
        "cluster": [{"name": node.name, "slots": node.slots} for node in cluster.nodes],
        "failures": asdict(cluster.failures) if cluster.failures else None,
        "settings": asdict(settings),
        "policies": [_policy(result, results[0]) for result in results],
    }
    return json.dumps(document, indent=1) + "\n"


def as_csv(results: Sequence[ArmResult]) -> str:
    """Return each measure of each replication as CSV, one value in a row."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("policy", "replication", "scope", "name", "measure", "value"))
    for result in results:
        for number, measures in enumerate(result.measures):
            prefix = (result.arm.label, number)
            for name, of in COMPARED.items():
                writer.writerow((*prefix, "cluster", "", name, of(measures)))
            for scope, groups in (("owner", measures.owners), ("queue", measures.queues)):
                for group, of_group in groups.items():
                    for name, value in _flat(of_group):
                        writer.writerow((*prefix, scope, group, name, value))
    return out.getvalue()


def _title(workload: Workload, cluster: Cluster, results: Sequence[ArmResult]) -> str:
    count = len(results[0].measures)
    text = f"{len(workload.tasks):,} tasks on {len(cluster.nodes)} nodes with {cluster.slots} slots"
    return text if count == 1 else f"{text}, {count} replications (mean ± 95 % interval)"


def _differences(base: ArmResult, others: Sequence[ArmResult]) -> list[str]:
    title = (
        f"Differences from {base.arm.label}, paired by replication, with 95 % confidence intervals"
        " (* excludes 0):"
    )
    cells = [[_difference(result, base, row) for result in others] for row in _ROWS]
    return [title, "", *_grid(others, cells)]


def _waits(results: Sequence[ArmResult], by: Literal["owner", "queue"]) -> list[str]:
    groups = [
        [measures.owners if by == "owner" else measures.queues for measures in result.measures]
        for result in results
    ]
    names = list(groups[0][0])
    cells = [
        [_text(estimate([m[name].wait.mean for m in column]), 1, 1) for column in groups]
        for name in names
    ]
    return _grid(results, cells, names)


def _grid(
    results: Sequence[ArmResult],
    cells: Sequence[Sequence[str]],
    names: Sequence[str] = _LABELS,
) -> list[str]:
    rows = [["", *(result.arm.label for result in results)]]
    rows += [[name, *line] for name, line in zip(names, cells, strict=True)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            [line[0].ljust(widths[0])]
            + [cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True)]
        ).rstrip()
        for line in rows
    ]


def _cell(result: ArmResult, row: tuple[str, str, int, int]) -> str:
    return _text(estimate(values(result, row[0])), *row[2:])


def _difference(result: ArmResult, base: ArmResult, row: tuple[str, str, int, int]) -> str:
    found = difference(result, base, row[0])
    return _text(found, *row[2:], sign="+") + (" *" if found.is_significant else "  ")


def _text(value: Estimate, factor: int, decimals: int, sign: str = "") -> str:
    text = f"{value.mean * factor:{sign},.{decimals}f}"
    if value.half_width is None:
        return text
    return f"{text} ± {value.half_width * factor:,.{decimals}f}"


def _policy(result: ArmResult, baseline: ArmResult) -> dict[str, object]:
    document: dict[str, object] = {
        "policy": result.arm.label,
        "backfill": result.arm.backfill,
        "digests": result.digests,
        "measures": {name: _interval(estimate(values(result, name))) for name in COMPARED},
        "replications": [asdict(measures) for measures in result.measures],
    }
    if result is not baseline:
        document["differences"] = {
            name: _interval(difference(result, baseline, name)) for name in COMPARED
        }
    return document


def _interval(value: Estimate) -> dict[str, float | None]:
    return {"mean": value.mean, "halfWidth": value.half_width}


def _flat(measures: TaskMeasures) -> Iterator[tuple[str, float]]:
    for name, value in asdict(measures).items():
        if isinstance(value, dict):
            yield from ((f"{name}_{part}", number) for part, number in value.items())
        else:
            yield name, value
