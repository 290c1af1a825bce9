"""`manage.py simulate`: run a workload on a virtual cluster and print the measures.

It needs neither a database nor settings, so `manage.py` calls it before it loads Django.
"""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence

from tasks_app.policy import orders
from tasks_app.simulation import arguments, experiment, report
from tasks_app.simulation.cluster import Cluster, Failures, uniform
from tasks_app.simulation.experiment import Arm, Settings
from tasks_app.simulation.workloads import files
from tasks_app.simulation.workloads.generators import GENERATORS
from tasks_app.simulation.workloads.workload import (
    Workload,
    WorkloadError,
    fitted,
    with_exact_estimates,
    with_load,
)

DESCRIPTION = "Run a workload on a virtual cluster under one or more policies."


def main(argv: Sequence[str]) -> int:
    """Run the command with its arguments and return the exit status."""
    parser = ArgumentParser(prog="simulate", description=DESCRIPTION)
    arguments.add(parser)
    options = parser.parse_args(argv)
    if problem := conflict(options):
        parser.error(problem)
    try:
        sys.stdout.write(execute(options))
    except WorkloadError as error:
        sys.stderr.write(f"simulate: error: {error}\n")
        return 1
    return 0


def conflict(options: Namespace) -> str | None:
    """Return what is wrong with a combination of arguments; None if nothing is."""
    if (options.workload is None) == (options.generate is None):
        return "give either a workload file or --generate"
    if options.log and len(options.policy) != 1:
        return "argument --log: needs exactly one --policy"
    if len(set(options.policy)) < len(options.policy):
        return "argument --policy: each policy can be given once only"
    return None


def execute(options: Namespace) -> str:
    """Do what parsed arguments ask for and return the text to print.

    Raises:
        WorkloadError: The workload is invalid, or a file cannot be read or written.
    """
    cluster = _cluster(options)
    workload = _workload(options, cluster)
    if options.out:
        files.write(workload, options.out)
        if not options.policy:
            return f"{len(workload.tasks):,} tasks written to {options.out}\n"
    workload = fitted(workload, cluster.largest, options.wide)
    if not workload.tasks:
        raise WorkloadError("No task of the workload fits a node.")
    if options.estimates == "exact":
        workload = with_exact_estimates(workload)
    settings = Settings(
        replications=options.replications,
        seed=options.seed,
        shake_ms=round(options.shake * 1000),
        overhead_ms=options.overhead_ms,
        starvation_ms=round(options.starvation * 1000),
    )
    results = experiment.run(workload, cluster, _arms(options), settings)
    if options.json:
        files.write_text(report.as_json(workload, cluster, results, settings), options.json)
    if options.csv:
        files.write_text(report.as_csv(results), options.csv)
    if options.log:
        files.write_text("".join(f"{line}\n" for line in results[0].first.log), options.log)
    return report.table(workload, cluster, results, options.by)


def _cluster(options: Namespace) -> Cluster:
    failures = None
    if options.mtbf is not None:
        failures = Failures(
            mtbf_ms=round(options.mtbf * 1000),
            mttr_ms=round(options.mttr * 1000),
            lease_ms=round(options.lease * 1000),
            max_attempts=options.attempts,
        )
    return uniform(options.nodes, options.slots, failures)


def _workload(options: Namespace, cluster: Cluster) -> Workload:
    if options.generate:
        workload = GENERATORS[options.generate](options.jobs, options.seed)
    else:
        workload = files.read(options.workload)
    if options.load is not None:
        workload = with_load(workload, cluster.slots, options.load)
    if options.limit:
        limits = {**workload.limits, **dict(options.limit)}
        workload = Workload(workload.tasks, limits, workload.adjusted)
    return workload


def _arms(options: Namespace) -> list[Arm]:
    weights = dict(options.weight)

    def arm(name: str, backfill: bool) -> Arm:
        return Arm(
            name if backfill else f"{name}:no-backfill",
            lambda: orders.make(
                name,
                aging_ms=round(options.aging * 1000),
                share_by=options.share_by,
                weights=weights,
            ),
            backfill,
        )

    return [arm(*policy) for policy in options.policy or [("priority", True)]]
