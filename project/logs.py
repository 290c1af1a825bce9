"""Log lines as text or as JSON, each with the id of the request that it belongs to."""

import json
import logging
import re
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from uuid import uuid4

from django.http import HttpRequest, HttpResponse

_request_id: ContextVar[str] = ContextVar("request_id", default="")
# The attributes of every record. Others were passed as `extra`.
_USUAL = {*vars(logging.makeLogRecord({})), "message", "asctime", "taskName"}


class RequestId:
    """Middleware that returns `X-Request-ID`: that of the request, or a random one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Call the next layer with the request ID."""
        given = request.headers.get("X-Request-ID", "")
        id = given if re.fullmatch(r"[\w.:/+=-]{1,128}", given, re.ASCII) else uuid4().hex
        token = _request_id.set(id)
        try:
            response = self._get_response(request)
            response["X-Request-ID"] = id
            return response
        finally:
            _request_id.reset(token)


class WithRequestId(logging.Filter):
    """Adds the request ID to log records."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Add the request ID, and pass every record."""
        if id := _request_id.get():
            record.request_id = id
        return True


class JsonLines(logging.Formatter):
    """One object a line: time, level, logger, message, and what was given with it."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as JSON."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **{key: value for key, value in vars(record).items() if key not in _USUAL},
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)
