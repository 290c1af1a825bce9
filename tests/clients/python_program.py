"""Uses the Python client in its own environment: `python_program.py SCENARIO URL [CURSOR]`.

The assertions of a scenario are what users of the client rely on.
"""

import asyncio
import json
import os
import sys

from cluster_scheduler_client import (
    CancelTaskInput,
    Client,
    CreateTaskInput,
    CreateTaskScheduleInput,
    CreateTasksInput,
    Gap,
    GraphQLClientError,
    NewTaskInput,
    PauseTaskScheduleInput,
    RecurrenceInput,
    ResumeTaskScheduleInput,
    RetryTaskInput,
    TaskStatus,
    TaskWhere,
    UserErrorCode,
    follow_tasks,
)

BIGGEST = 2**63 - 1


async def tasks(client: Client) -> None:
    created = await client.create_task(CreateTaskInput(a=BIGGEST, b=-1, priority=9))
    assert created.errors == []
    task = created.task
    assert (task.a, task.b, task.priority, task.status) == (BIGGEST, -1, 9, TaskStatus.PENDING)
    assert task.created_at.utcoffset() is not None
    assert await client.get_task(task.id) == await client.get_task(str(task.uuid)) == task
    assert await client.get_task("00000000-0000-0000-0000-000000000000") is None

    cancelled = (await client.cancel_task(CancelTaskInput(id=task.id))).task
    assert cancelled.status is TaskStatus.CANCELLED
    retried = (await client.retry_task(RetryTaskInput(id=task.id))).task
    assert (retried.status, retried.run, retried.version) == (TaskStatus.PENDING, 2, 3)
    [error] = (await client.retry_task(RetryTaskInput(id=task.id))).errors
    assert error.code is UserErrorCode.NOT_RETRYABLE

    refused = await client.create_task(CreateTaskInput(a=BIGGEST + 1, b=0))
    assert refused.task is None
    assert refused.errors[0].field == ["input", "a"]


async def pages(client: Client) -> None:
    rows = [NewTaskInput(a=number, b=0) for number in range(5)]
    created = await client.create_tasks(CreateTasksInput(tasks=rows))
    assert created.count == 5
    where = TaskWhere(statuses=[TaskStatus.PENDING], queue="default")
    page = await client.list_tasks(where=where, first=2)
    assert page.total_count == 5
    listed = page.nodes
    while page.page_info.has_next_page:
        page = await client.list_tasks(where=where, first=2, after=page.page_info.end_cursor)
        listed += page.nodes
    assert sorted(task.id for task in listed) == sorted(created.task_ids)


async def schedules(client: Client) -> None:
    every_hour = CreateTaskScheduleInput(a=1, b=2, recurrence=RecurrenceInput(interval=3600))
    created = await client.create_schedule(every_hour)
    [error] = created.errors
    assert (error.code, error.field[-1]) == (UserErrorCode.INVALID, "scheduledAt")
    daily = CreateTaskScheduleInput(
        a=1, b=2, labels=["nightly"], recurrence=RecurrenceInput(cron={"expression": "0 3 * * *"})
    )
    schedule = (await client.create_schedule(daily)).task_schedule
    assert schedule.next_run_at.hour == 3
    paused = await client.pause_schedule(PauseTaskScheduleInput(id=schedule.id, note="holidays"))
    assert paused.task_schedule.pause_note == "holidays"
    listed = await client.list_schedules(paused=True)
    assert [each.id for each in listed.nodes] == [schedule.id]
    resumed = await client.resume_schedule(ResumeTaskScheduleInput(id=schedule.id))
    assert not resumed.task_schedule.paused
    assert resumed.task_schedule.task.uuid == schedule.task.uuid


async def follow(client: Client, after: str | None = None) -> None:
    """Print each change as a line of JSON, without an end."""
    async for change in follow_tasks(client, after):
        if isinstance(change, Gap):
            print(json.dumps(["gap", change.cursor]), flush=True)
        else:
            print(json.dumps([change.task_id, change.version]), flush=True)


async def refused(client: Client, after: str) -> None:
    """Print the error of following with a token that the server refuses."""
    try:
        await anext(follow_tasks(client, after))
    except GraphQLClientError as error:
        print(error)


async def new_enum_values(client: Client) -> None:
    status = TaskStatus("SUSPENDED")
    assert status == "SUSPENDED"
    assert isinstance(status, TaskStatus)
    assert TaskStatus("PENDING") is TaskStatus.PENDING


async def main(scenario: str, url: str, *arguments: str) -> None:
    async with Client(url, os.environ.get("CLUSTER_TOKEN")) as client:
        await globals()[scenario](client, *arguments)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
