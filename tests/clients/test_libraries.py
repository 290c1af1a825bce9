"""GraphQL libraries work with the server as they are: each through the same exercise."""

import signal
import subprocess

import pytest

from schema.core.relay import global_id
from tasks_app.models import Role
from tasks_app.services import tasks, tokens
from tests import node
from tests.node.program import Program
from tests.support.cluster import running_cluster

pytestmark = pytest.mark.slow

LIBRARIES = ["apollo", "urql", "relay", "graphql-request"]
WITHOUT_SUBSCRIPTIONS = {"graphql-request"}


@pytest.fixture(scope="module")
def compiled():
    """Compile the documents of Relay, which its compiler checks against the committed schema."""
    node.install_packages()
    compiler = node.HERE / "node_modules" / ".bin" / "relay-compiler"
    subprocess.run([compiler, "relay.config.json"], cwd=node.HERE, check=True, timeout=60)


@pytest.fixture
def web(transactional_db):
    with running_cluster(API_AUTH="token") as cluster:
        yield cluster


@pytest.mark.parametrize("library", LIBRARIES)
def test_library_queries_changes_pages_and_follows(web, compiled, library):
    token = tokens.create_token("library", Role.OPERATOR).secret
    program = Program("libraries/exercise.mjs", library, f"{web.url}/graphql/", token)
    try:
        assert program.next("refused") == "UNAUTHENTICATED"
        created = program.next("created")
        assert (created["a"], created["b"]) == ("1", "2")
        assert program.next("found") == created
        assert program.next("pages") == ["5", "4", "3", "2", "1"]
        if library not in WITHOUT_SUBSCRIPTIONS:
            follow(program, web)
        assert program.end() == 0
    finally:
        program.kill()


def follow(program, web):
    """Expect each change once, also those of a time when no server was running."""
    program.next("following")
    first = create_task()
    assert change(program) == first
    for end in (signal.SIGKILL, signal.SIGTERM):
        web.processes["web"].send_signal(end)
        web.processes["web"].wait(timeout=20)
        while_away = create_task()
        web.start_web()
        assert change(program) == while_away


def create_task():
    return global_id("Task", tasks.create_task(tasks.NewTask(a=1, b=1)).pk), 1


def change(program):
    received = program.next("change")
    return received["taskId"], received["version"]
