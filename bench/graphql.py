"""One web process and what it spends on GraphQL, on REST, and on views written by hand."""

import base64
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any

import psutil
import psycopg2

from bench import load
from bench.load import Load
from bench.report import Figures, Json, Row
from bench.stack import POLL_SECONDS, READY_SECONDS, BenchError, Engines, Process
from project.standalone.engines import free_port

CONNECTIONS = 16
WARM_UP = 200
LISTS = 300
PAGES = 5
MANY = 1_000_000
WAITING = 10

_FIELDS = "id uuid a b status failedMessage celeryTaskId createdAt updatedAt schedule { id }"
_CREATE = f"""mutation Create($input: CreateTaskInput!) {{
    createTask(input: $input) {{ task {{ {_FIELDS} }} errors {{ code field message }} }} }}"""
_LIST = f"query List($first: Int) {{ tasks(first: $first) {{ nodes {{ {_FIELDS} }} }} }}"
_WHERE = "query Q($where: TaskWhere) { tasks(where: $where) { nodes { id } } }"


class Web:
    """One web process of ours without nodes, as it is in production but for additional paths."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.database_url = engines.renew("graphql")
        self._environment = {
            "DATABASE_URL": self.database_url,
            "REDIS_URL": engines.valkey.url,
            "DJANGO_SETTINGS_MODULE": "bench.yardsticks.raw.settings",
            "SECRET_KEY": "only for the benchmark",
        }
        self._process: Process | None = None

    def start(self) -> None:
        self.run("migrate", "manage.py migrate -v 0")
        web = f"-m project.web --port {self.port} --log-level warning"
        self._process = self._start("web", web)
        deadline = time.monotonic() + READY_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise BenchError(self._process.last_words())
            time.sleep(POLL_SECONDS)

    def stop(self) -> None:
        if self._process:
            self._process.terminate()
            self._process.wait()

    def cpu_seconds(self) -> float:
        times = psutil.Process(self.pid).cpu_times()
        return float(times.user + times.system)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def read(self, path: str) -> bytes:
        with urllib.request.urlopen(f"{self.url}{path}", timeout=60) as response:
            body: bytes = response.read()
            return body

    def ask(self, path: str) -> Any:
        return json.loads(self.read(path))

    def graphql(self, query: str, **variables: object) -> Load:
        """One request, which may be refused."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        return load.post_all(f"{self.url}/graphql/", [body], connections=1)

    def execute(self, sql: str) -> list[Row]:
        with closing(psycopg2.connect(self.database_url)) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(sql)
                return cursor.fetchall() if cursor.description else []

    def run(self, name: str, command: str) -> str:
        """A command to its end; answers what it printed."""
        process = self._start(name, command)
        while (status := process.poll()) is None:
            time.sleep(POLL_SECONDS)
        if status:
            raise BenchError(process.last_words())
        return process.output()

    def _start(self, name: str, command: str) -> Process:
        log = self._engines.directory / f"graphql-{name}.log"
        return Process(f"graphql: {command}", command.split(), log, self._environment)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/healthz/", timeout=10):
                return True
        except (urllib.error.URLError, ConnectionError):
            return False


@contextmanager
def running(engines: Engines) -> Iterator[Web]:
    web = Web(engines)
    try:
        web.start()
        yield web
    finally:
        web.stop()


def over_graphql(engines: Engines, count: int) -> Figures:
    def create(web: Web, numbers: Sequence[int]) -> Load:
        variables = [{"input": {"a": n, "b": 2 * n}} for n in numbers]
        bodies = [json.dumps({"query": _CREATE, "variables": each}).encode() for each in variables]
        return load.post_all(f"{web.url}/graphql/", bodies, connections=CONNECTIONS)

    def read(web: Web, times: int) -> Load:
        body = json.dumps({"query": _LIST, "variables": {"first": 100}}).encode()
        return load.post_all(f"{web.url}/graphql/", [body] * times, connections=CONNECTIONS)

    return _figures(engines, count, create, read)


def over_rest(engines: Engines, count: int, *, path: str = "/tasks/") -> Figures:
    def create(web: Web, numbers: Sequence[int]) -> Load:
        bodies = [json.dumps({"a": n, "b": 2 * n}).encode() for n in numbers]
        return load.post_all(f"{web.url}{path}", bodies, connections=CONNECTIONS)

    def read(web: Web, times: int) -> Load:
        return load.get_all(f"{web.url}{path}", times, connections=CONNECTIONS)

    return _figures(engines, count, create, read)


def by_hand(engines: Engines, count: int) -> Figures:
    return over_rest(engines, count, path="/raw/tasks/")


def _figures(
    engines: Engines,
    count: int,
    create: Callable[[Web, Sequence[int]], Load],
    read: Callable[[Web, int], Load],
) -> Figures:
    with running(engines) as web:
        create(web, range(WARM_UP))
        read(web, WARM_UP)
        before = web.cpu_seconds()
        created = create(web, range(count))
        between = web.cpu_seconds()
        listed = read(web, LISTS)
        after = web.cpu_seconds()
    return {
        "create, CPU of web, ms": (between - before) * 1000 / count,
        "create, requests/s": (count - created.errors) / created.seconds,
        "create p50, ms": created.percentile(50),
        "create p99, ms": created.percentile(99),
        "list of 100, CPU of web, ms": (after - between) * 1000 / LISTS,
        "list of 100, requests/s": (LISTS - listed.errors) / listed.seconds,
        "list of 100 p50, ms": listed.percentile(50),
        "errors": created.errors + listed.errors,
    }


def bounds(engines: Engines) -> Figures:
    """What heavy requests cost one process, and what many or late ones do."""
    with running(engines) as web:
        load.get_all(f"{web.url}/tasks/", WARM_UP, connections=CONNECTIONS)
        return {
            **{f"{name}, CPU, ms": cost for name, cost in _attacks(web).items()},
            **_validations(web),
            **_waiting(web),
            **_pages(web),
        }


def _attacks(web: Web) -> dict[str, float]:
    """The dearest of each kind; each document is new to the process."""
    costs: dict[str, float] = {}
    for name, body in _heavy_bodies():
        before = web.cpu_seconds()
        bodies = [body.replace(b"NAME", f"n{number:03}".encode()) for number in range(20)]
        answered = load.post_all(f"{web.url}/graphql/", bodies, connections=1)
        costs[name] = (web.cpu_seconds() - before) * 1000 / len(answered.latencies)
    return costs


def _heavy_bodies() -> Iterator[tuple[str, bytes]]:
    spreads = [f"fragment f{n} on Task {{ id ...f{n + 1} ...f{n + 1} }}" for n in range(60)]
    aliases = "id"
    for _ in range(6):
        aliases = " ".join(f"{name}: schedule {{ task {{ {aliases} }} }}" for name in "xy")
    cycles = [
        f"fragment f{n} on Task {{ {' '.join(f'...f{m}' for m in range(20))} }}" for n in range(40)
    ]
    nested = "{NOT: " * 150 + "{}" + "}" * 150
    documents = {
        "60 fragments of fragments": " ".join(
            ["{ tasks { nodes { ...f0 } } }", *spreads, "fragment f60 on Task { id }"]
        ),
        "aliases in aliases": f"{{ tasks {{ nodes {{ {aliases} }} }} }}",
        "a field 300 times": "{" + "queues { name } " * 300 + "}",
        "a field 28 times, allowed": "{" + "queues { name } " * 28 + "}",
        "cycles in cycles": " ".join(["{ tasks { nodes { ...f0 } } }", *cycles]),
        "literal 150 deep": f"{{ tasks(where: {nested}) {{ nodes {{ id }} }} }}",
    }
    for name, document in documents.items():
        # A name of its own keeps it out of every cache.
        yield name, json.dumps({"query": f"query NAME {document}"}).encode()
    where: dict[str, object] = {}
    for _ in range(150):
        where = {"NOT": where}
    yield "variable 150 deep", json.dumps({"query": _WHERE, "variables": {"where": where}}).encode()
    many = {"where": {"ids": ["x"] * 20_000}}
    yield "20,000 ids", json.dumps({"query": _WHERE, "variables": many}).encode()
    yield "100 kB of [", b"[" * 100_000
    yield "100 kB that are not UTF-8", b"\xff" * 100_000
    yield "5 MB", b" " * 5_000_000


def _validations(web: Web) -> Figures:
    before = web.ask("/raw/validations/")
    query = "query Rate($first: Int) { tasks(first: $first) { nodes { uuid } } }"
    for number in range(100):
        web.graphql(query, first=number)
    after = web.ask("/raw/validations/")
    hits, misses = (after[name] - before[name] for name in ("hits", "misses"))
    return {"validations from the cache, %": hits * 100 / (hits + misses)}


def _waiting(web: Web) -> Figures:
    waited = load.get_all(f"{web.url}/raw/wait/", WAITING, connections=WAITING)
    load.get_all(f"{web.url}/tasks/", 200, connections=CONNECTIONS)
    [(connections,)] = web.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'"
        " AND datname = current_database() AND pid <> pg_backend_pid()"
    )
    return {
        f"{WAITING} queries of 0.2 s at once, s": waited.seconds,
        "connections to PostgreSQL": connections,
    }


def _pages(web: Web) -> Figures:
    """The time of the SQL alone, as PostgreSQL reports it."""
    web.execute(
        f"INSERT INTO tasks_app_task (id, a, b)"
        f" SELECT uuidv7(), n, n FROM generate_series(1, {MANY}) AS n"
    )
    web.execute("VACUUM ANALYZE tasks_app_task")
    [(id,)] = web.execute(
        "SELECT id FROM tasks_app_task ORDER BY id DESC OFFSET 100 * 999 - 1 LIMIT 1"
    )
    cursor = base64.urlsafe_b64encode(f"CREATED_AT DESC||{id}".encode()).decode()
    paths = {"1": "/raw/plan/", "1,000": f"/raw/plan/?after={cursor}"}
    plans = {page: [web.ask(path) for _ in range(PAGES)] for page, path in paths.items()}
    if any("Index" not in _scan(plan["Plan"]) for (plan, *_) in plans.values()):
        raise BenchError(f"A page was read without an index: {plans}")
    times = {page: min(plan["Execution Time"] for plan in found) for page, found in plans.items()}
    return {
        **{f"page {page} of a million, SQL, ms": times[page] for page in paths},
        "page 1,000 by page 1": times["1,000"] / times["1"],
    }


def _scan(plan: Json) -> str:
    """The kind of the innermost step."""
    return _scan(plan["Plans"][0]) if "Plans" in plan else str(plan["Node Type"])
