"""The workload formats, and the generators."""

import contextlib
import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks_app.simulation.workloads import files, jsonformat, swf
from tasks_app.simulation.workloads.generators import GENERATORS
from tasks_app.simulation.workloads.workload import (
    SimulatedTask,
    Workload,
    WorkloadError,
    fitted,
    with_exact_estimates,
    with_load,
)
from tests.simulation.cases import task

JOB = "7 10 -1 20.5 2 -1 -1 4 60 -1 1 3 -1 -1 2 -1 -1 -1"


def job(**fields):
    """Return a line of SWF with some fields changed, by number: `f4="-1"`."""
    words = JOB.split()
    for name, value in fields.items():
        words[int(name[1:]) - 1] = str(value)
    return " ".join(words)


def test_fields_of_swf_become_those_of_a_task():
    assert swf.read(["; Version: 2.2", "", f"  {JOB}  "]).tasks == (
        SimulatedTask("7", 10_000, 20_500, 60_000, 4, "queue-2", "user-3", 5),
    )


def test_unknown_fields_of_swf_have_defaults():
    [found] = swf.read([job(f8=-1, f9=-1, f12=-1, f15=-1)]).tasks

    assert (found.slots, found.estimate_ms) == (2, 20_500)
    assert (found.queue, found.owner) == ("default", "anonymous")


def test_run_time_of_0_is_known():
    assert swf.read([job(f4=0)]).tasks[0].duration_ms == 0


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"f4": -1}, "left out: unknown run time"),
        ({"f2": -1}, "left out: unknown submit time"),
        ({"f5": -1, "f8": -1}, "left out: unknown number of processors"),
        ({"f11": 3}, "left out: part of a job"),
    ],
)
def test_jobs_that_cannot_run_are_left_out_and_counted(fields, reason):
    workload = swf.read([JOB, job(**fields)])

    assert len(workload.tasks) == 1
    assert workload.adjusted == {reason: 1}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("1 2 3", "Line 2 has 3 fields; a job has 18."),
        (JOB + " 1", "Line 2 has 19 fields; a job has 18."),
        (job(f4="soon"), r"Line 2, field 4 \(run time\): 'soon' must be a number"),
        (job(f4="nan"), r"Line 2, field 4 \(run time\)"),
        (job(f2="inf"), r"Line 2, field 2 \(submit time\)"),
        (job(f8="1e300"), r"Line 2, field 8 \(requested processors\)"),
        (job(f2="-5"), r"Line 2, field 2 \(submit time\)"),
        (job(f17="x"), r"Line 2, field 17 \(preceding job number\): 'x' is not a number"),
    ],
)
def test_invalid_line_of_swf_is_named(line, message):
    with pytest.raises(WorkloadError, match=message):
        swf.read([JOB, line])


def test_file_without_jobs_is_refused():
    with pytest.raises(WorkloadError, match="no jobs"):
        swf.read(["; nothing"])


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_as_swf_and_as_json(text):
    for read in (lambda: swf.read(text.splitlines()), lambda: jsonformat.read(text)):
        with contextlib.suppress(WorkloadError):
            assert read().tasks


@pytest.mark.parametrize("name", GENERATORS)
@pytest.mark.parametrize("suffix", [".swf", ".json"])
def test_generated_workload_survives_a_file(tmp_path, name, suffix):
    workload = GENERATORS[name](200, 3)
    path = tmp_path / f"trace{suffix}"
    files.write(workload, path)

    read = files.read(path)
    schedule = [t[1:5] for t in workload.tasks]
    assert [t[1:5] for t in read.tasks] == schedule
    assert len({t.owner for t in read.tasks}) == len({t.owner for t in workload.tasks})


def test_json_keeps_everything():
    tasks = (task("a", 1, 2, slots=3, queue="q", owner="o", priority=9, estimate_s=4),)
    workload = Workload(tasks, {"q": 2})

    assert jsonformat.read(jsonformat.write(workload)) == workload


def test_json_has_defaults():
    text = '{"version": 1, "tasks": [{"submitMs": 5, "durationMs": 7}]}'

    assert jsonformat.read(text).tasks == (SimulatedTask("1", 5, 7, 7),)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"version": 2}, "`version` must be 1"),
        ({"tasks": []}, "`tasks` must be a list of at least one task"),
        ({"tasks": [3]}, r"`tasks\[0\]` must be an object"),
        ({"tasks": [{"durationMs": 1}]}, r"`tasks\[0\].submitMs` must be an integer from 0"),
        ({"slots": 0}, r"`tasks\[1\].slots` must be an integer from 1"),
        ({"slots": True}, r"`tasks\[1\].slots`"),
        ({"durationMs": 1.5}, r"`tasks\[1\].durationMs`"),
        ({"estimateMs": -1}, r"`tasks\[1\].estimateMs`"),
        ({"priority": 10}, r"`tasks\[1\].priority` must be an integer from 0 to 9"),
        ({"owner": ""}, r"`tasks\[1\].owner` must be a text of 1 to 100"),
        ({"name": "a b"}, r"`tasks\[1\].name`"),
        ({"name": "1"}, r"`tasks\[1\].name` must be unique; tasks\[0\] has it too"),
        ({"color": 1}, r"`tasks\[1\]` has an unknown field `color`. Known fields: durationMs"),
        ({"queues": {"q": {"runningLimit": 0}}}, r"`queues\['q'\].runningLimit`"),
    ],
)
def test_invalid_json_field_is_named(change, message):
    row = {"submitMs": 0, "durationMs": 1}
    document = {"version": 1, "tasks": [{**row, "name": "1"}, {**row}]}
    if change.keys() & {"version", "tasks", "queues"}:
        document |= change
    else:
        document["tasks"][1] |= change

    with pytest.raises(WorkloadError, match=message):
        jsonformat.read(json.dumps(document))


def test_invalid_json_is_located():
    with pytest.raises(WorkloadError, match="Line 2, column 3: invalid JSON"):
        jsonformat.read("{\n  oops")


def test_compressed_files_are_read(tmp_path):
    path = tmp_path / "trace.swf.gz"
    path.write_bytes(gzip.compress(JOB.encode()))
    assert len(files.read(path).tasks) == 1

    path.write_bytes(b"not compressed")
    with pytest.raises(WorkloadError, match=r"trace\.swf\.gz: the file cannot be read"):
        files.read(path)


@pytest.mark.parametrize("name", GENERATORS)
def test_generators_depend_on_the_seed_only(name):
    make = GENERATORS[name]

    assert make(300, 1) == make(300, 1)
    assert make(300, 1) != make(300, 2)
    assert len(make(300, 1).tasks) == 300
    assert max(t.slots for t in make(300, 1).tasks) <= 8


def test_wide_tasks_are_rejected_or_clamped_and_counted():
    workload = Workload([task("a", 0, 1, slots=9), task("b", 0, 1)])

    rejected, clamped = fitted(workload, 8, "reject"), fitted(workload, 8, "clamp")
    assert [t.name for t in rejected.tasks] == ["b"]
    assert rejected.adjusted == {"rejected: wider than the largest node": 1}
    assert [t.slots for t in clamped.tasks] == [8, 1]
    assert clamped.adjusted == {"clamped to the largest node": 1}


def test_offered_load_is_set_by_scaling_the_arrivals():
    workload = with_load(GENERATORS["poisson"](500, 1), 128, 0.8)

    work = sum(t.slots * t.duration_ms for t in workload.tasks)
    span = workload.tasks[-1].submit_ms - workload.tasks[0].submit_ms
    assert work / span / 128 == pytest.approx(0.8, rel=1e-3)
    with pytest.raises(WorkloadError, match="at the same time"):
        with_load(Workload([task("a", 0, 1)]), 8, 1)


def test_exact_estimates_are_the_durations():
    [found] = with_exact_estimates(Workload([task("a", 0, 1, estimate_s=5)])).tasks

    assert found.estimate_ms == 1000
