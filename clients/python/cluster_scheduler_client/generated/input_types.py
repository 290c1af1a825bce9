from datetime import datetime
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import (
    CatchUpPolicy,
    ErrorPolicy,
    OnFold,
    OnGap,
    OrderDirection,
    OverlapPolicy,
    TaskOrderField,
    TaskStatus,
)


class BigIntCondition(BaseModel):
    """An integer, or a range of integers."""

    equals: Optional[int] = None
    "Matches this integer. Null for any."
    min: Optional[int] = None
    "Matches this integer and greater ones. Null for no minimum."
    max: Optional[int] = None
    "Matches this integer and smaller ones. Null for no maximum."


class CancelTaskInput(BaseModel):
    """Input for `cancelTask`."""

    id: str
    "The global ID or the UUID of the object."


class CreateTaskInput(BaseModel):
    """Input for `createTask`."""

    a: int
    "The first integer, of 64 bits with a sign. From -9,223,372,036,854,775,808 to 9,223,372,036,854,775,807."
    b: int
    "The second integer, of 64 bits with a sign. From -9,223,372,036,854,775,808 to 9,223,372,036,854,775,807."
    queue: str = "default"
    "The name of the queue. Default `default`."
    priority: int = 5
    "The priority. Tasks with a higher priority start first. From 0 to 9. Default 5."
    duration_ms: int = Field(alias="durationMs", default=0)
    "The simulated duration of the work, in milliseconds. From 0 to 3,600,000. Default 0."
    slots: int = 1
    "The number of slots that the task occupies while it runs. From 1 to 100. Default 1."
    max_attempts: int = Field(alias="maxAttempts", default=3)
    "The maximum number of attempts of a run. Another attempt starts if one fails or is lost. From 1 to 100. Default 3."
    fail_attempts: int = Field(alias="failAttempts", default=0)
    "The number of attempts that fail on purpose at the beginning of each run, to show how attempts are retried. From 0 to 100. Default 0."
    retry_backoff_ms: int = Field(alias="retryBackoffMs", default=1000)
    "The delay before the second attempt of a run, in milliseconds. It doubles with each further attempt, up to 60,000. If the first attempt is lost with its worker node, the second one starts at once. From 0 to 60,000. Default 1,000."
    concurrency_key: str = Field(alias="concurrencyKey", default="")
    "The concurrency key, at most 64 characters. It limits how many tasks with the same key run at the same time in the cluster, in all queues. Empty for none."
    concurrency_limit: int = Field(alias="concurrencyLimit", default=1)
    "The concurrency limit: the task starts only while fewer tasks with the same concurrency key are running. From 1 to 1,000. Default 1."
    run_at: Optional[datetime] = Field(alias="runAt", default=None)
    "The time before which the task does not start. Null to start at once."
    expires_at: Optional[datetime] = Field(alias="expiresAt", default=None)
    "The time at which the task fails if it has not started. Null if it does not expire."
    idempotency_key: Optional[str] = Field(alias="idempotencyKey", default=None)
    "The idempotency key, at most 255 characters. Repeating a create with the same key returns the object that the first request created. Null for none."


class CreateTaskScheduleInput(BaseModel):
    """Input for `createTaskSchedule`."""

    a: int
    "The first integer, of 64 bits with a sign. From -9,223,372,036,854,775,808 to 9,223,372,036,854,775,807."
    b: int
    "The second integer, of 64 bits with a sign. From -9,223,372,036,854,775,808 to 9,223,372,036,854,775,807."
    queue: str = "default"
    "The name of the queue. Default `default`."
    priority: int = 5
    "The priority. Tasks with a higher priority start first. From 0 to 9. Default 5."
    duration_ms: int = Field(alias="durationMs", default=0)
    "The simulated duration of the work, in milliseconds. From 0 to 3,600,000. Default 0."
    slots: int = 1
    "The number of slots that the task occupies while it runs. From 1 to 100. Default 1."
    max_attempts: int = Field(alias="maxAttempts", default=3)
    "The maximum number of attempts of a run. Another attempt starts if one fails or is lost. From 1 to 100. Default 3."
    fail_attempts: int = Field(alias="failAttempts", default=0)
    "The number of attempts that fail on purpose at the beginning of each run, to show how attempts are retried. From 0 to 100. Default 0."
    retry_backoff_ms: int = Field(alias="retryBackoffMs", default=1000)
    "The delay before the second attempt of a run, in milliseconds. It doubles with each further attempt, up to 60,000. If the first attempt is lost with its worker node, the second one starts at once. From 0 to 60,000. Default 1,000."
    concurrency_key: str = Field(alias="concurrencyKey", default="")
    "The concurrency key, at most 64 characters. It limits how many tasks with the same key run at the same time in the cluster, in all queues. Empty for none."
    concurrency_limit: int = Field(alias="concurrencyLimit", default=1)
    "The concurrency limit: the task starts only while fewer tasks with the same concurrency key are running. From 1 to 1,000. Default 1."
    recurrence: "RecurrenceInput"
    "When the schedule starts runs."
    scheduled_at: Optional[datetime] = Field(alias="scheduledAt", default=None)
    "The first scheduled time of an interval, which requires it; the others follow in whole intervals. With a cron expression, the time from which it applies, by default now. If it has passed, the schedule begins with the next scheduled time."
    overlap: OverlapPolicy = OverlapPolicy.SKIP
    "What happens to a scheduled time that comes while the previous run has not ended. Default `SKIP`."
    max_concurrent_runs: int = Field(alias="maxConcurrentRuns", default=10)
    "The maximum number of runs that are pending or running at the same time, with the overlap policy `ALLOW`. Other policies ignore it. From 2 to 100. Default 10."
    catch_up: CatchUpPolicy = Field(alias="catchUp", default=CatchUpPolicy.LATEST)
    "What happens to scheduled times that came while no scheduler ran. With `ALL`, each scheduled time waits for the previous run to end, and the overlap policy does not apply. Default `LATEST`."
    misfire_grace: int = Field(alias="misfireGrace", default=300)
    "How late a missed scheduled time may still start a run, in seconds. From 1 to 316,224,000. Default 300."
    ends_at: Optional[datetime] = Field(alias="endsAt", default=None)
    "The time after which the schedule starts no run. Null for no end."
    max_runs: Optional[int] = Field(alias="maxRuns", default=None)
    "The number of runs after which the schedule ends. Null for no limit. From 1 to 2,147,483,647."
    jitter: int = 0
    "The maximum of a random delay of each run, in seconds. It must be less than the time between two scheduled times. From 0 to 316,224,000. Default 0."
    calendars: list[str] = Field(default_factory=lambda: [])
    "The names of calendars, at most 10. In their times, the schedule starts no runs. Default none."
    labels: list[str] = Field(default_factory=lambda: [])
    "Labels by which schedules can be found and controlled together, at most 20 of at most 63 characters. Default none."
    idempotency_key: Optional[str] = Field(alias="idempotencyKey", default=None)
    "The idempotency key, at most 255 characters. Repeating a create with the same key returns the object that the first request created. Null for none."


class CreateTasksInput(BaseModel):
    """Input for `createTasks`."""

    tasks: list["NewTaskInput"]
    "The rows: the parameters of up to 10,000 tasks."
    error_policy: ErrorPolicy = Field(
        alias="errorPolicy", default=ErrorPolicy.REJECT_ALL
    )
    "What happens if a row is not valid. Default `REJECT_ALL`."
    idempotency_key: Optional[str] = Field(alias="idempotencyKey", default=None)
    "The idempotency key of the whole list. Rows without a key of their own get one that is made of it and their number. Default null: none."


class CronInput(BaseModel):
    """A cron expression in a time zone."""

    expression: str
    "A cron expression of five fields: minute, hour, day of month, month and day of week. Lists, ranges, steps, names, `L`, `LW`, `#` and aliases such as `@daily` are allowed."
    time_zone: str = Field(alias="timeZone", default="UTC")
    "The IANA time zone of the cron expression, such as Europe/Berlin. Default `UTC`."
    on_gap: OnGap = Field(alias="onGap", default=OnGap.RUN_AFTER)
    "What happens to a scheduled time that does not exist because clocks are set forward. An expression whose minute or hour begins with `*` follows elapsed time instead. Default `RUN_AFTER`."
    on_fold: OnFold = Field(alias="onFold", default=OnFold.FIRST)
    "What happens to a scheduled time that comes twice because clocks are set back. An expression whose minute or hour begins with `*` follows elapsed time instead. Default `FIRST`."


class NewTaskInput(BaseModel):
    """The parameters of a task to create."""

    a: int
    "The first integer, of 64 bits with a sign. From -9,223,372,036,854,775,808 to 9,223,372,036,854,775,807."
    b: int
    "The second integer, of 64 bits with a sign. From -9,223,372,036,854,775,808 to 9,223,372,036,854,775,807."
    queue: str = "default"
    "The name of the queue. Default `default`."
    priority: int = 5
    "The priority. Tasks with a higher priority start first. From 0 to 9. Default 5."
    duration_ms: int = Field(alias="durationMs", default=0)
    "The simulated duration of the work, in milliseconds. From 0 to 3,600,000. Default 0."
    slots: int = 1
    "The number of slots that the task occupies while it runs. From 1 to 100. Default 1."
    max_attempts: int = Field(alias="maxAttempts", default=3)
    "The maximum number of attempts of a run. Another attempt starts if one fails or is lost. From 1 to 100. Default 3."
    fail_attempts: int = Field(alias="failAttempts", default=0)
    "The number of attempts that fail on purpose at the beginning of each run, to show how attempts are retried. From 0 to 100. Default 0."
    retry_backoff_ms: int = Field(alias="retryBackoffMs", default=1000)
    "The delay before the second attempt of a run, in milliseconds. It doubles with each further attempt, up to 60,000. If the first attempt is lost with its worker node, the second one starts at once. From 0 to 60,000. Default 1,000."
    concurrency_key: str = Field(alias="concurrencyKey", default="")
    "The concurrency key, at most 64 characters. It limits how many tasks with the same key run at the same time in the cluster, in all queues. Empty for none."
    concurrency_limit: int = Field(alias="concurrencyLimit", default=1)
    "The concurrency limit: the task starts only while fewer tasks with the same concurrency key are running. From 1 to 1,000. Default 1."
    run_at: Optional[datetime] = Field(alias="runAt", default=None)
    "The time before which the task does not start. Null to start at once."
    expires_at: Optional[datetime] = Field(alias="expiresAt", default=None)
    "The time at which the task fails if it has not started. Null if it does not expire."
    idempotency_key: Optional[str] = Field(alias="idempotencyKey", default=None)
    "The idempotency key, at most 255 characters. Repeating a create with the same key returns the object that the first request created. Null for none."


class PauseTaskScheduleInput(BaseModel):
    """Input for `pauseTaskSchedule`."""

    id: str
    "The global ID or the UUID of the object."
    note: str = ""
    "The reason, for other operators and the event log, at most 10,000 characters. Default empty."


class RecurrenceInput(BaseModel):
    """When a schedule starts runs: exactly one of these."""

    interval: Optional[int] = None
    "The time between two scheduled times, in seconds. From 1 to 316,224,000."
    cron: Optional["CronInput"] = None
    "Scheduled times that match a cron expression."
    at: Optional[datetime] = None
    "The only scheduled time of a schedule that runs once."


class ResumeTaskScheduleInput(BaseModel):
    """Input for `resumeTaskSchedule`."""

    id: str
    "The global ID or the UUID of the object."


class RetryTaskInput(BaseModel):
    """Input for `retryTask`."""

    id: str
    "The global ID or the UUID of the object."


class TaskChangeWhere(BaseModel):
    """A condition on changes of tasks. A change matches if it matches every given field."""

    ids: Optional[list[str]] = None
    "Matches tasks with one of these global IDs or UUIDs, at most 1,000."
    schedule_id: Optional[str] = Field(alias="scheduleId", default=None)
    "Matches the task of the schedule with this global ID or UUID, and those of its overlapping runs and its backfills."
    statuses: Optional[list[TaskStatus]] = None
    "Matches changes to one of these statuses."
    queue: Optional[str] = None
    "Matches tasks of the queue with this name."


class TaskOrder(BaseModel):
    """The order of a list of tasks."""

    field: TaskOrderField
    "The property to order by."
    direction: OrderDirection = OrderDirection.DESC
    "The direction of the order. Default `DESC`."


class TaskScheduleWhere(BaseModel):
    """A condition on schedules. A schedule matches if it matches every field given."""

    ids: Optional[list[str]] = None
    "Matches schedules with one of these global IDs or UUIDs, at most 1,000."
    labels: Optional[list[str]] = None
    "Matches schedules that have all of these labels, at most 20."
    queue: Optional[str] = None
    "Matches schedules whose task is in this queue. Null for any."
    calendar: Optional[str] = None
    "Matches schedules that use this calendar. Null for any."
    paused: Optional[bool] = None
    "Matches paused schedules if true, and others if false. Null for both."


class TaskWhere(BaseModel):
    """A condition on tasks. A task matches if it matches every field that is given. Conditions can be nested 5 levels deep, with 50 objects in total."""

    ids: Optional[list[str]] = None
    "Matches tasks with one of these global IDs or UUIDs, at most 1,000."
    uuid_fragment: Optional[str] = Field(alias="uuidFragment", default=None)
    "Matches tasks whose UUID begins or ends with these 4 to 32 hexadecimal digits. Hyphens are ignored. The end is compared for the newest 100,000 tasks only."
    statuses: Optional[list[TaskStatus]] = None
    "Matches tasks with one of these statuses."
    queue: Optional[str] = None
    "Matches tasks of the queue with this name."
    schedule_id: Optional[str] = Field(alias="scheduleId", default=None)
    "Matches the task of the schedule with this global ID or UUID, and those of its overlapping runs and its backfills."
    backfill_id: Optional[str] = Field(alias="backfillId", default=None)
    "Matches the tasks of the backfill with this global ID or UUID."
    worker_node: Optional[str] = Field(alias="workerNode", default=None)
    "Matches tasks that the worker node with this name claimed last."
    scheduled: Optional[bool] = None
    "Matches tasks that belong to a schedule if true, and others if false."
    created_at: Optional["TimeRange"] = Field(alias="createdAt", default=None)
    "Matches tasks that were created in this range."
    finished_at: Optional["TimeRange"] = Field(alias="finishedAt", default=None)
    "Matches tasks that ended in this range."
    a: Optional["BigIntCondition"] = None
    "Matches tasks with such a first integer."
    b: Optional["BigIntCondition"] = None
    "Matches tasks with such a second integer."
    result: Optional["BigIntCondition"] = None
    "Matches tasks with such a result in any of their runs."
    search: Optional[str] = None
    "Matches tasks that match this text in the search language, such as `queue:email status:failed created:<1h`. At most 1,000 characters and 50 values."
    and_: Optional[list["TaskWhere"]] = Field(alias="AND", default=None)
    "Matches tasks that match all of these conditions."
    or_: Optional[list["TaskWhere"]] = Field(alias="OR", default=None)
    "Matches tasks that match at least one of these conditions."
    not_: Optional["TaskWhere"] = Field(alias="NOT", default=None)
    "Matches tasks that do not match this condition."


class TimeRange(BaseModel):
    """A range of times."""

    start: Optional[datetime] = None
    "The start of the range, inclusive. Null for no start."
    end: Optional[datetime] = None
    "The end of the range, exclusive. Null for no end."


CreateTaskScheduleInput.model_rebuild()
CreateTasksInput.model_rebuild()
RecurrenceInput.model_rebuild()
TaskWhere.model_rebuild()
