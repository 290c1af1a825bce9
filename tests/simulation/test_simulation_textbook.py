"""Textbook results, the figures in the documentation, and the speed of the simulation."""

import re
import shlex
import time
from pathlib import Path

import pytest

from tasks_app.policy import orders
from tasks_app.simulation import experiment
from tasks_app.simulation.cluster import uniform
from tasks_app.simulation.engine import simulate
from tasks_app.simulation.experiment import Arm, Settings, difference, estimate
from tasks_app.simulation.workloads import files, jsonformat
from tasks_app.simulation.workloads.generators import GENERATORS
from tasks_app.simulation.workloads.workload import with_load
from tests.simulation.test_simulate_command import ROOT
from tests.simulation.test_simulate_command import simulate as command

TUTORIAL = (ROOT / "docs/simulation-tutorial.md").read_text()
EXAMPLES = [
    block.splitlines()
    for block in re.findall(r"```console\n(.*?)```", TUTORIAL, re.DOTALL)
    if "--log" not in block
]


def compare(workload, cluster, *arms):
    """Return the results of policies, the second of which may have or lack backfill."""
    made = [Arm(name, lambda name=name: orders.make(name), backfill) for name, backfill in arms]
    return experiment.run(workload, cluster, made, Settings(replications=5))


def test_shortest_first_lowers_the_mean_wait():
    workload = with_load(GENERATORS["poisson"](2_000, 7), 128, 0.95)
    fifo, shortest = compare(workload, uniform(16, [8]), ("fifo", True), ("shortest-first", True))

    found = difference(shortest, fifo, "wait_mean")
    assert found.mean < 0
    assert found.is_significant
    waits = [estimate(experiment.values(r, "wait_mean")).mean for r in (fifo, shortest)]
    assert waits[1] < 0.7 * waits[0]


@pytest.mark.slow
def test_easy_backfill_raises_the_utilization_over_fifo():
    workload = with_load(GENERATORS["lublin"](5_000, 7), 128, 0.9)
    strict, easy = compare(workload, uniform(16, [8]), ("fifo", False), ("fifo", True))

    found = difference(easy, strict, "utilization")
    assert found.mean > 0.03
    assert found.is_significant


def test_fair_share_protects_a_light_user_from_a_heavy_one():
    workload = GENERATORS["heavy-user"](1_000, 7)
    fifo, fair = compare(workload, uniform(4, [4]), ("fifo", True), ("fair-share", True))

    for before, after in zip(fifo.measures, fair.measures, strict=True):
        assert before.owners["light"].wait.mean > 1_000
        assert after.owners["light"].wait.mean < 20
        assert after.owners["heavy"].wait.mean < 1.3 * before.owners["heavy"].wait.mean


@pytest.mark.slow
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda lines: lines[0].split()[-1])
def test_tutorial_shows_the_output_of_its_commands(example):
    result = command(shlex.split(example[0].removeprefix("$ ./run simulate ")))
    assert result.returncode == 0, result.stderr

    printed = iter(result.stdout.splitlines())
    for line in example[1:]:
        assert line == "..." or line in printed, line


def test_tutorial_shows_the_log_of_its_command(tmp_path):
    [block] = re.findall(r"```console\n(\$[^`]*--log.*?)```", TUTORIAL, re.DOTALL)
    lines = block.splitlines()
    log = tmp_path / "decisions.txt"
    run = lines[0].removeprefix("$ ./run simulate ").replace("decisions.txt", str(log))

    assert command(shlex.split(run)).returncode == 0
    assert log.read_text().splitlines() == lines[3:]


def test_example_of_the_json_format_is_valid():
    text = (ROOT / "docs/simulation.md").read_text()
    [example] = re.findall(r"```json\n(.*?)```", text, re.DOTALL)

    workload = jsonformat.read(example)
    assert [t.name for t in workload.tasks] == ["1", "2", "newsletter"]
    assert workload.limits == {"mail": 2}


@pytest.mark.parametrize(
    ("name", "generator", "jobs"),
    [("lublin.swf", "lublin", 500), ("heavy-user.json", "heavy-user", 200)],
)
def test_samples_are_what_the_generators_make(tmp_path, name, generator, jobs):
    path = tmp_path / name
    files.write(GENERATORS[generator](jobs, 1), path)

    assert path.read_bytes() == Path(ROOT / "docs/samples" / name).read_bytes()


@pytest.mark.slow
def test_100_000_tasks_take_less_than_10_seconds_of_processor_time():
    workload = with_load(GENERATORS["lublin"](100_000, 1), 128, 0.9)

    started = time.process_time()
    result = simulate(workload, uniform(16, [8]), orders.make("priority"))
    assert time.process_time() - started < 10
    assert len(result.attempts) == 100_000
