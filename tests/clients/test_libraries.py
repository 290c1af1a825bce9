"""Libraries work with the server as they are: each through the same exercise."""

import signal
import subprocess
from pathlib import Path

import pytest

from clients.generate import make_environment
from schema.core.relay import global_id
from tasks_app.models import Role
from tasks_app.services import tasks
from tasks_app.services.access import tokens
from tests import node
from tests.support.cluster import running_cluster
from tests.support.program import Program

pytestmark = pytest.mark.slow

JAVASCRIPT = ["apollo", "urql", "relay", "graphql-request", "graphql-ws", "graphql-sse"]
PYTHON = ["gql", "httpx", "curl"]
WITHOUT_SUBSCRIPTIONS = {"graphql-request"}
# Over a WebSocket, the server refuses the connection.
REFUSALS = {"graphql-ws": 4403}
HERE = Path(__file__).parent / "libraries"


@pytest.fixture(scope="module")
def python():
    """Make the environment of the libraries for Python."""
    return make_environment(HERE)


@pytest.fixture(scope="module")
def compiled():
    """Compile the documents of Relay, which its compiler checks against the committed schema."""
    node.install_packages()
    compiler = node.HERE / "node_modules" / ".bin" / "relay-compiler"
    subprocess.run([compiler, "relay.config.json"], cwd=node.HERE, check=True, timeout=60)


@pytest.fixture(scope="module")
def server(django_db_setup):
    with running_cluster(API_AUTH="token") as cluster:
        yield cluster


@pytest.fixture
def web(server, transactional_db):
    """A web process that tests stop and start."""
    if server.processes["web"].poll() is not None:
        server.start_web()
    return server


@pytest.mark.parametrize("library", JAVASCRIPT)
def test_library_for_javascript(web, compiled, library):
    exercise(web, library, [*node.command("libraries/exercise.mjs"), library])


@pytest.mark.parametrize("library", PYTHON)
def test_library_for_python(web, python, library):
    exercise(web, library, [str(python), str(HERE / "exercise.py"), library])


def exercise(web, library, command):
    """Query, change, page and follow, first without a token and then with one."""
    token = tokens.create_token("library", Role.OPERATOR).secret
    program = Program([*command, f"{web.url}/graphql/", token])
    try:
        assert program.next("refused") == REFUSALS.get(library, "UNAUTHENTICATED")
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
