"""`manage.py simulate`, as a user runs it: in a process without a stack."""

import csv
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

ROOT = Path(__file__).parents[2]
LUBLIN = "--generate lublin --jobs 300 --seed 3 --load 0.9"


def simulate(arguments, *, hash_seed="0"):
    """Run the command with no variables of Django or of a stack."""
    return subprocess.run(
        [sys.executable, ROOT / "manage.py", "simulate", *map(str, arguments)],
        env={"PATH": os.environ["PATH"], "PYTHONHASHSEED": hash_seed},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def output(*arguments, **options):
    result = simulate([word for a in arguments for word in str(a).split()], **options)
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_same_seed_gives_the_same_log_for_any_hash_seed(tmp_path):
    found = set()
    for hash_seed in ("0", "1", "4294967295"):
        log, data = tmp_path / f"{hash_seed}.txt", tmp_path / f"{hash_seed}.json"
        text = output(
            LUBLIN,
            "--policy fair-share --mtbf 7200 --limit default=40 --replications 2",
            f"--log {log} --json {data}",
            hash_seed=hash_seed,
        )
        assert hashlib.sha256(log.read_bytes()).hexdigest() in text
        found.add((text, log.read_bytes(), data.read_bytes()))

    assert len(found) == 1


def test_generated_workload_is_written_and_simulated(tmp_path):
    trace = tmp_path / "trace.swf"

    assert output(LUBLIN, f"--out {trace}") == f"300 tasks written to {trace}\n"
    text = output(trace, "--policy fair-share --policy priority --nodes 16 --slots 8")
    assert text.startswith("300 tasks on 16 nodes with 128 slots\n")
    assert "fair-share  priority" in text


def test_results_are_written_as_json_and_csv(tmp_path):
    data, rows = tmp_path / "results.json", tmp_path / "results.csv"
    output(
        LUBLIN,
        "--policy fifo --policy shortest-first --replications 3",
        f"--json {data} --csv {rows}",
    )

    fifo, shortest = json.loads(data.read_text())["policies"]
    assert (fifo["policy"], shortest["policy"]) == ("fifo", "shortest-first")
    waits = [r["all"]["wait"]["mean"] for r in fifo["replications"]]
    assert fifo["measures"]["wait_mean"]["mean"] == pytest.approx(sum(waits) / 3)
    others = [r["all"]["wait"]["mean"] for r in shortest["replications"]]
    assert shortest["differences"]["wait_mean"]["mean"] == pytest.approx(
        (sum(others) - sum(waits)) / 3
    )

    table = list(csv.DictReader(rows.read_text().splitlines()))
    found = [float(r["value"]) for r in table if r["measure"] == "wait_mean" and not r["name"]]
    assert found == [*waits, *others]
    assert {r["scope"] for r in table} == {"cluster", "owner", "queue"}


def test_sizes_are_used_in_turn_and_wide_tasks_are_counted():
    text = output(LUBLIN, "--nodes 3 --slots 2,4")
    assert text.startswith("2")
    assert "on 3 nodes with 8 slots" in text
    assert "rejected: wider than the largest node: " in text
    assert "clamped to the largest node: " in output(LUBLIN, "--slots 4 --wide clamp")


def test_users_estimates_change_decisions():
    exact, user = (output(LUBLIN, f"--estimates {kind}").splitlines() for kind in ("exact", "user"))

    assert exact[-1] != user[-1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("", "give either a workload file or --generate"),
        ("x.swf --generate poisson", "give either a workload file or --generate"),
        ("--generate lublin --nodes 0", "argument --nodes: '0' must be an integer from 1"),
        ("--generate lublin --slots 8,x", "argument --slots: 'x' must be an integer from 1"),
        ("--generate lublin --policy lottery", "argument --policy: unknown policy 'lottery'"),
        ("--generate lublin --mtbf nan", "argument --mtbf: 'nan' must be a number"),
        ("--generate lublin --limit mail", "argument --limit: 'mail' must have the form"),
        ("--generate lublin --weight a=0", "argument --weight: '0' must be a number from 0.001"),
        ("--generate lublin --log x", "argument --log: needs exactly one --policy"),
        ("--generate lublin --policy fifo --policy fifo", "each policy can be given once only"),
    ],
)
def test_invalid_argument_is_named(arguments, message):
    result = simulate(arguments.split())

    assert result.returncode == 2
    assert message in result.stderr
    assert "Traceback" not in result.stderr


def test_invalid_file_is_named_with_line_and_field(tmp_path):
    path = tmp_path / "bad.swf"
    path.write_text("; Version: 2.2\n1 0 -1 soon 1 -1 -1 1 -1 -1 1 1 -1 -1 -1 -1 -1 -1\n")
    result = simulate([path])

    assert result.returncode == 1
    assert result.stderr == (
        f"simulate: error: {path}: Line 2, field 4 (run time): 'soon' must be a number that is at"
        " least 0, or -1 for unknown, and at most 100,000,000,000.\n"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["missing.swf"], "missing.swf: the file cannot be read: No such file or directory."),
        (["--generate", "lublin", "--out", "no/dir/x.swf"], "no/dir/x.swf: the file cannot be"),
        (["docs/samples/three-tasks.json", "--slots", "2", "--limit", "mail=1"], None),
    ],
)
def test_files_that_cannot_be_used_are_named(arguments, message):
    result = simulate(arguments)

    assert result.returncode == (1 if message else 0)
    assert (message or "") in result.stderr
    assert "Traceback" not in result.stderr


def test_django_has_the_same_command(capsys):
    call_command("simulate", "docs/samples/three-tasks.json", "--nodes", "1", "--slots", "4")
    assert capsys.readouterr().out == output("docs/samples/three-tasks.json --nodes 1 --slots 4")
    with pytest.raises(CommandError, match=r"missing\.swf: the file cannot be read"):
        call_command("simulate", "missing.swf")
