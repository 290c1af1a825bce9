"""Makers of small workloads and runs."""

from tasks_app.policy import orders
from tasks_app.simulation.cluster import uniform
from tasks_app.simulation.engine import simulate
from tasks_app.simulation.workloads.workload import SimulatedTask, Workload, ordered


def task(name, submit_s, duration_s, **fields):
    duration = round(duration_s * 1000)
    estimate = round(fields.pop("estimate_s", duration_s) * 1000)
    return SimulatedTask(name, round(submit_s * 1000), duration, estimate, **fields)


def run(tasks, policy="fifo", *, slots=(1,), limits=None, cluster=None, **options):
    """Run tasks on a cluster with one node for each size."""
    names = {"backfill", "overhead_ms", "seed"}
    run_options = {name: options.pop(name) for name in names & options.keys()}
    workload = Workload(ordered(tasks), limits or {})
    return simulate(
        workload,
        cluster or uniform(len(slots), slots),
        orders.make(policy, **options),
        **run_options,
    )


def spans(result):
    """Return when each completed task ran, in seconds, by name."""
    return {
        result.workload.tasks[a.task].name: (a.started_ms / 1000, a.ended_ms / 1000)
        for a in result.attempts
        if a.outcome == "COMPLETED"
    }
