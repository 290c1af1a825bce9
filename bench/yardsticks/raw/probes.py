"""What can be seen only from inside the process that is measured."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.test.utils import CaptureQueriesContext

from schema import schema
from schema.execution import parsing


def wait(request: HttpRequest) -> HttpResponse:
    """Holds a query for a fifth of a second."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(0.2)")
    return HttpResponse()


def validations(request: HttpRequest) -> HttpResponse:
    """How often a document had been read and validated before, and had not."""
    return JsonResponse(parsing.read.cache_info()._asdict())


def plan(request: HttpRequest) -> HttpResponse:
    """How PostgreSQL runs the SQL of a page of tasks."""
    statements: list[tuple[str, Sequence[Any]]] = []

    def note(execute: Callable[..., Any], sql: str, params: Any, *rest: Any) -> Any:
        statements.append((sql, params))
        return execute(sql, params, *rest)

    with connection.execute_wrapper(note):
        result = schema.execute_sync(
            "query Q($after: String) { tasks(first: 100, after: $after) { nodes { uuid a b } } }",
            {"after": request.GET.get("after")},
        )
    if result.errors:
        raise result.errors[0]
    [(sql, params)] = statements
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", params)
        [(found,)] = cursor.fetchall()
    return HttpResponse(json.dumps(found[0]), content_type="application/json")


def sql(request: HttpRequest) -> HttpResponse:
    """Milliseconds that a document's statements take, with what it takes to fetch their rows."""
    with CaptureQueriesContext(connection) as asked:
        result = schema.execute_sync(request.GET["query"])
    if result.errors:
        raise result.errors[0]
    spent = sum(float(statement["time"]) for statement in asked) * 1000
    return HttpResponse(json.dumps(spent), content_type="application/json")
