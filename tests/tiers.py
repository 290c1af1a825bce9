"""A pytest plugin: the tests that wait for many seconds run only if they are asked for.

`pytest` runs the quick tests, `pytest --all` all of them. A path, `-k`, `-m` or `--last-failed`
choose among all tests, too. With `--all`, property tests try more examples.
"""

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

TESTS = Path(__file__).parent
_IS_WHOLE = "TESTS_ARE_WHOLE"
# Tests that stop servers, kill nodes, follow a browser or search for counterexamples.
SLOW_DIRECTORIES = {"browser", "chaos", "durability", "fuzz", "standalone"}
# Its tests share one cluster and run in one process, so that no other process starts it too. ...
SHARED_CLUSTER = "tests/browser/"
# ... Those of these modules have clusters of their own.
OWN_CLUSTERS = tuple(f"tests/browser/test_{name}.py" for name in ("event_source", "live", "login"))
# Started first, longest first: a process that begins one of these last ends long after the others.
LONG_MODULES = (
    "browser/test_accessibility.py",
    "clients/test_clients.py",
    "durability/nodes/test_node_failures.py",
    "durability/test_crashes.py",
    "chaos/test_chaos.py",
    "browser/test_live.py",
    "browser/test_login.py",
    "browser/test_event_source.py",
    "clients/test_libraries.py",
    "standalone/test_up.py",
    "standalone/test_replay.py",
    "durability/beat/test_beats.py",
    "docs/test_examples.py",
    "docs/test_commands.py",
    "durability/nodes/test_virtual_runs.py",
    "subscriptions/sockets/test_socket.py",
    "subscriptions/sockets/test_lost_clients.py",
    "subscriptions/log/test_exactly_once.py",
    "standalone/test_backup.py",
    "durability/nodes/test_idle_slots.py",
    "subscriptions/log/test_log.py",
    "subscriptions/log/test_log_reader.py",
    "subscriptions/sockets/test_handshake.py",
    "chaos/test_calibration.py",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--all", action="store_true", help="run the slow tests, too")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "slow: waits for many seconds; runs with --all")
    if config.option.all:
        os.environ[_IS_WHOLE] = "yes"  # For the processes of pytest-xdist, too.
    settings.register_profile("tier", max_examples=examples(100))
    settings.load_profile("tier")


def examples(count: int) -> int:
    """Return how many examples a property test tries: all of them with `--all`, else a fifth."""
    return count if _IS_WHOLE in os.environ else -(-count // 5)


@pytest.hookimpl(optionalhook=True, tryfirst=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """Use more processes than cores for the slow tests, which wait for most of their time."""
    return 3 * (os.cpu_count() or 1) // 2 if config.option.all else None


class Scheduling(LoadScopeScheduling):
    """Gives a process a whole module or class, or all tests of the shared cluster."""

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith(SHARED_CLUSTER) and not nodeid.startswith(OWN_CLUSTERS):
            return SHARED_CLUSTER
        return str(super()._split_scope(nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling | None:
    """Distribute the tests for `--dist loadscope`."""
    return Scheduling(config, log) if config.getoption("dist") == "loadscope" else None


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a process of pytest-xdist, which does not see the command line, what it asks for."""
    node.workerinput["chooses_tests"] = _chooses(node.config)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.relative_to(TESTS).parts[0] in SLOW_DIRECTORIES:
            item.add_marker("slow")
    items.sort(key=_rank)
    if not _chooses(config):
        slow = [item for item in items if _is_slow(item)]
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if not _is_slow(item)]


def _rank(item: pytest.Item) -> tuple[int, bool]:
    module = str(item.path.relative_to(TESTS))
    rank = LONG_MODULES.index(module) if module in LONG_MODULES else len(LONG_MODULES)
    return rank, not _is_slow(item)


def _is_slow(item: pytest.Item) -> bool:
    return item.get_closest_marker("slow") is not None


def _chooses(config: pytest.Config) -> bool:
    """Return whether the command line says which tests to run."""
    if hasattr(config, "workerinput"):
        return bool(config.workerinput["chooses_tests"])
    option = config.option
    is_path_given = config.args_source is pytest.Config.ArgsSource.ARGS
    is_repetition = getattr(option, "lf", False)
    return bool(is_path_given or option.all or option.keyword or option.markexpr or is_repetition)
