"""A minute of load and random faults, after which every promise must have been kept."""

import os
import random
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

from bench.stack import running_engines
from tests.chaos import campaign
from tests.chaos.checks import report


@pytest.fixture
def seed():
    """CHAOS_SEED, or a new one. The test prints it."""
    seed = int(os.environ.get("CHAOS_SEED", random.SystemRandom().randrange(10**6)))
    sys.stdout.write(f"replay with CHAOS_SEED={seed}\n")
    return seed


def test_every_promise_is_kept_whatever_breaks(seed):
    directory = Path(tempfile.mkdtemp(prefix="cluster-scheduler-chaos-"))
    # For the servers of root, which run as another user.
    directory.chmod(0o711)
    with running_engines(directory) as engines:
        outcome = campaign.run(engines, directory, seed=seed, minutes=1, rate=20, longest=6)

    table = report.table(outcome)
    assert not outcome.violations, f"{table}\nlogs and journals in {directory}"
    assert len(outcome.evidence.acknowledged) > 100, table
    shutil.rmtree(directory)
