"""Examples of requests, for OpenAPI and for the forms of the browsable API. Each succeeds."""

from drf_spectacular.utils import OpenApiExample

TASK: dict[str, object] = {"a": 2, "b": 3}
INTERVAL: dict[str, object] = {
    "a": 2,
    "b": 3,
    "scheduled_at": "2030-01-01T00:00:00Z",
    "interval": 60,
}
CRON: dict[str, object] = {"a": 2, "b": 3, "cron": "0 9 * * MON-FRI", "timezone": "Europe/Berlin"}
ONCE: dict[str, object] = {"a": 2, "b": 3, "at": "2030-01-01T00:00:00Z"}

OF_A_TASK = [
    OpenApiExample("Task", TASK, request_only=True),
    OpenApiExample(
        "Task with options",
        TASK | {"priority": 9, "duration_ms": 500, "max_attempts": 1},
        request_only=True,
    ),
    OpenApiExample(
        "Task whose first attempt fails", TASK | {"fail_attempts": 1}, request_only=True
    ),
]
OF_A_SCHEDULE = [
    OpenApiExample("Each minute from a time on", INTERVAL, request_only=True),
    OpenApiExample("On working days at 9 in Berlin", CRON, request_only=True),
    OpenApiExample("Once", ONCE, request_only=True),
]
