"""The arguments of `manage.py simulate`."""

import argparse
import math
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable
from pathlib import Path

from tasks_app.policy import orders
from tasks_app.simulation.workloads.generators import GENERATORS

_NO_BACKFILL = ":no-backfill"
_MAX = 1_000_000


def add(parser: ArgumentParser) -> None:
    """Add the arguments to a parser."""
    parser.add_argument(
        "workload", nargs="?", type=Path, help="workload file: .swf or .json, or either with .gz"
    )
    generate = parser.add_argument_group("generated workloads")
    generate.add_argument("--generate", choices=sorted(GENERATORS), help="generate the workload")
    generate.add_argument(
        "--jobs", type=_integer(1, 10_000_000), default=1_000, help="number of tasks (1000)"
    )
    generate.add_argument(
        "--seed", type=_integer(0, 2**63), default=0, help="seed of everything random (0)"
    )
    generate.add_argument(
        "--load", type=_number(0.001, 1_000), help="scale the arrivals to this offered load"
    )
    generate.add_argument(
        "--out",
        type=Path,
        help="write the workload to this .swf or .json file; without --policy, do not simulate it",
    )
    _add_cluster(parser)
    _add_policies(parser)
    _add_output(parser)


def _add_cluster(parser: ArgumentParser) -> None:
    cluster = parser.add_argument_group("cluster")
    cluster.add_argument("--nodes", type=_integer(1, 10_000), default=16, help="number (16)")
    cluster.add_argument(
        "--slots",
        type=_sizes,
        default=[8],
        help="slots of each node (8); several sizes, as in 4,8, are used in turn",
    )
    cluster.add_argument(
        "--wide",
        choices=("reject", "clamp"),
        default="reject",
        help="leave out tasks wider than the largest node, or clamp their slots (reject)",
    )
    cluster.add_argument(
        "--limit",
        type=_pair(int, 1, _MAX),
        action="append",
        default=[],
        metavar="QUEUE=N",
        help="run at most N tasks of a queue at a time",
    )
    cluster.add_argument(
        "--mtbf",
        type=_number(0.001, 1e9),
        metavar="SECONDS",
        help="mean time between failures of a node; without it, nodes do not fail",
    )
    cluster.add_argument(
        "--mttr",
        type=_number(0.001, 1e9),
        default=600,
        metavar="SECONDS",
        help="mean time to repair (600)",
    )
    cluster.add_argument(
        "--lease",
        type=_number(0, 1e6),
        default=30,
        metavar="SECONDS",
        help="time after which a lost task is due again (30)",
    )
    cluster.add_argument(
        "--attempts", type=_integer(1, 1_000), default=3, help="attempts before a task fails (3)"
    )
    cluster.add_argument(
        "--overhead-ms",
        type=_integer(0, 60_000),
        default=0,
        help="time that claiming and storing adds to each task (0)",
    )


def _add_policies(parser: ArgumentParser) -> None:
    policies = parser.add_argument_group("policies")
    policies.add_argument(
        "--policy",
        type=_policy,
        action="append",
        default=[],
        metavar="NAME",
        help=f"{', '.join(orders.NAMES)}; each may have the suffix {_NO_BACKFILL}; repeat it to"
        " compare policies (priority)",
    )
    policies.add_argument(
        "--aging",
        type=_number(0.001, 1e9),
        default=600,
        metavar="SECONDS",
        help="of waiting that count as one priority, for aged-priority (600)",
    )
    policies.add_argument(
        "--share-by",
        choices=("owner", "queue"),
        default="owner",
        help="what has a share, for fair-share (owner)",
    )
    policies.add_argument(
        "--weight",
        type=_pair(float, 0.001, 1_000),
        action="append",
        default=[],
        metavar="NAME=WEIGHT",
        help="weight of an owner or queue, for fair-share (1)",
    )
    policies.add_argument(
        "--estimates",
        choices=("exact", "user"),
        default="exact",
        help="whether the scheduler knows run times, or the users' estimates only (exact)",
    )
    policies.add_argument(
        "--replications",
        type=_integer(1, 10_000),
        default=1,
        help="runs of each policy, all but the first with shaken arrivals (1)",
    )
    policies.add_argument(
        "--shake",
        type=_number(0, 1e6),
        default=30,
        metavar="SECONDS",
        help="largest move of an arrival (30)",
    )
    policies.add_argument(
        "--starvation",
        type=_number(0, 1e9),
        default=3_600,
        metavar="SECONDS",
        help="wait above which a task counts as starved (3600)",
    )


def _add_output(parser: ArgumentParser) -> None:
    output = parser.add_argument_group("output")
    output.add_argument(
        "--by", choices=("owner", "queue"), help="print the mean wait by owner or queue too"
    )
    output.add_argument("--json", type=Path, metavar="FILE", help="write all measures as JSON")
    output.add_argument("--csv", type=Path, metavar="FILE", help="write all measures as CSV")
    output.add_argument(
        "--log",
        type=Path,
        metavar="FILE",
        help="write the decisions of the first run; needs exactly one --policy",
    )


def _integer(least: int, most: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not text.isdecimal() or not least <= int(text) <= most:
            raise ArgumentTypeError(f"{text!r} must be an integer from {least} to {most:,}")
        return int(text)

    return parse


def _number(least: float, most: float) -> Callable[[str], float]:
    def parse(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not least <= value <= most:
            raise ArgumentTypeError(f"{text!r} must be a number from {least:g} to {most:,.0f}")
        return value

    return parse


def _sizes(text: str) -> list[int]:
    return [_integer(1, _MAX)(size) for size in text.split(",")]


def _pair(kind: type[int] | type[float], least: float, most: float) -> Callable[[str], object]:
    def parse(text: str) -> tuple[str, float]:
        name, has_value, value = text.rpartition("=")
        if not has_value or not name:
            raise ArgumentTypeError(f"{text!r} must have the form NAME=VALUE")
        if kind is int:
            return name, _integer(int(least), int(most))(value)
        return name, _number(least, most)(value)

    return parse


def _policy(text: str) -> tuple[str, bool]:
    name = text.removesuffix(_NO_BACKFILL)
    if name not in orders.NAMES:
        raise argparse.ArgumentTypeError(
            f"unknown policy {name!r}; choose one of: {', '.join(orders.NAMES)}"
        )
    return name, name == text
