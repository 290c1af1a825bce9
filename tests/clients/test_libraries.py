"""Libraries work with the server as they are: each through the same exercise."""

import signal
import subprocess
from contextlib import ExitStack
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
from tests.support.waiting import TIMEOUT_FACTOR

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
    """A web process that a test stops and starts."""
    if server.processes["web"].poll() is not None:
        server.start_web()
    return server


@pytest.fixture
def start(web, request):
    """Start the program of a library with a token."""
    token = tokens.create_token("library", Role.OPERATOR).secret
    with ExitStack() as programs:

        def start(library, scenario):
            if library in PYTHON:
                command = [str(request.getfixturevalue("python")), str(HERE / "exercise.py")]
            else:
                request.getfixturevalue("compiled")
                command = node.command("libraries/exercise.mjs")
            program = Program([*command, library, f"{web.url}/graphql/", token, scenario])
            programs.callback(program.kill)
            return program

        yield start


@pytest.mark.parametrize("library", [*JAVASCRIPT, *PYTHON])
def test_library_queries_changes_and_reads_pages_with_a_token(start, library):
    program = start(library, "use")

    assert program.next("refused") == REFUSALS.get(library, "UNAUTHENTICATED")
    created = program.next("created")
    assert (created["a"], created["b"]) == ("1", "2")
    assert program.next("found") == created
    assert program.next("pages") == ["5", "4", "3", "2", "1"]
    assert program.end() == 0


def test_libraries_get_each_change_once_across_restarts(start, web):
    """All at once, because most of the time goes into the restarts."""
    libraries = [each for each in (*JAVASCRIPT, *PYTHON) if each not in WITHOUT_SUBSCRIPTIONS]
    programs = {library: start(library, "follow") for library in libraries}
    for program in programs.values():
        program.next("following")

    def expect(task):
        changes = {library: change(program) for library, program in programs.items()}
        assert changes == dict.fromkeys(libraries, task)

    expect(create_task())
    for end in (signal.SIGKILL, signal.SIGTERM):
        web.processes["web"].send_signal(end)
        web.processes["web"].wait(timeout=20 * TIMEOUT_FACTOR)
        while_away = create_task()
        web.start_web()
        expect(while_away)
    for program in programs.values():
        assert program.end() == 0


def create_task():
    return global_id("Task", tasks.create_task(tasks.NewTask(a=1, b=1)).pk), 1


def change(program):
    received = program.next("change")
    return received["taskId"], received["version"]
