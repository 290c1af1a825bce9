"""Entity tags of responses: a client that has the current objects gets 304 instead of a copy."""

from collections.abc import Iterable
from hashlib import blake2b

from django.conf import settings
from django.http import HttpResponse, HttpResponseNotModified
from django.utils.http import parse_etags
from rest_framework.request import Request

from tasks_app.models import Task, TaskSchedule

# A cache keeps responses of one client, and asks each time whether they are current.
_CACHE_CONTROL = "private, no-cache"


def task_version(task: Task) -> tuple[object, ...]:
    """Return values that change whenever the representation of a task changes."""
    # Numbers, because texts of UUIDs and times would take longer than the rest.
    return task.pk.int, task.version, task.xid, task.updated_at.timestamp()


def schedule_version(schedule: TaskSchedule) -> tuple[object, ...]:
    """Return values that change whenever the representation of a schedule changes."""
    own = schedule.pk.int, schedule.updated_at.timestamp()
    return *own, *task_version(schedule.task)


def headers_of(request: Request, versions: Iterable[object]) -> dict[str, str]:
    """Return the headers of a response with these versions of objects. Pages have none."""
    if request.accepted_renderer.format != "json":
        return {}
    # Another version of the application may represent the same objects in another way.
    text = repr((settings.VERSION, *versions))
    tag = blake2b(text.encode(), digest_size=16).hexdigest()
    return {"ETag": f'W/"{tag}"', "Cache-Control": _CACHE_CONTROL}


def not_modified(request: Request, headers: dict[str, str]) -> HttpResponse | None:
    """Return a response without a body if the client has the current objects, or None."""
    known = request.headers.get("If-None-Match")
    if not known or "ETag" not in headers:
        return None
    # Weak comparison (RFC 9110, section 8.8.3.2): proxies may have made a tag strong.
    current = headers["ETag"].removeprefix("W/")
    tags = [tag.removeprefix("W/") for tag in parse_etags(known)]
    if current not in tags and "*" not in tags:
        return None
    return HttpResponseNotModified(headers=headers)
