import json
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from tasks_app.models import uuid7

_COLUMNS = "id, a, b, schedule_id, status, failed_message, celery_task_id, created_at, updated_at"
_CREATE = f"INSERT INTO tasks_app_task (id, a, b) VALUES (%s, %s, %s) RETURNING {_COLUMNS}"
_EVENT = """
    INSERT INTO tasks_app_clusterevent (kind, queue, status, task_ids, versions, attempts)
    VALUES ('TASK_CREATED', 'default', 'PENDING', ARRAY[%s]::uuid[], '{1}', '{0}')
"""
_LIST = f"SELECT {_COLUMNS} FROM tasks_app_task ORDER BY id DESC LIMIT 100"


@csrf_exempt
def tasks(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _answer(_create(request, json.loads(request.body)), 201)
    with connection.cursor() as cursor:
        cursor.execute(_LIST)
        return _answer([_as_dict(request, *row) for row in cursor.fetchall()], 200)


def _create(request: HttpRequest, values: dict[str, int]) -> dict[str, Any]:
    id = uuid7()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CREATE, [id, values["a"], values["b"]])
        row = cursor.fetchone()
        cursor.execute(_EVENT, [id])
    assert row is not None
    return _as_dict(request, *row)


def _as_dict(request: HttpRequest, id: UUID, *rest: Any) -> dict[str, Any]:
    a, b, schedule_id, status, failed_message, celery_task_id, created_at, updated_at = rest
    return {
        "url": f"{request.scheme}://{request.get_host()}/raw/tasks/{id}/",
        "id": str(id),
        "a": a,
        "b": b,
        "is_scheduled": schedule_id is not None,
        "status": status,
        "failed_message": failed_message or None,
        "celery_task_id": celery_task_id or None,
        "created_at": created_at.isoformat(),
        "updated_at": updated_at.isoformat(),
    }


def _answer(value: object, status: int) -> HttpResponse:
    return HttpResponse(json.dumps(value), status=status, content_type="application/json")
