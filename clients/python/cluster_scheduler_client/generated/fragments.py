from datetime import datetime
from typing import Optional
from uuid import UUID

from pydantic import Field

from .base_model import BaseModel
from .enums import TaskStatus, UserErrorCode


class Task(BaseModel):
    id: str
    uuid: UUID
    a: int
    b: int
    result: Optional[int]
    status: TaskStatus
    version: int
    priority: int
    slots: int
    duration_ms: int = Field(alias="durationMs")
    run: int
    attempt: int
    failed_message: Optional[str] = Field(alias="failedMessage")
    idempotency_key: Optional[str] = Field(alias="idempotencyKey")
    created_at: datetime = Field(alias="createdAt")
    run_at: Optional[datetime] = Field(alias="runAt")
    started_at: Optional[datetime] = Field(alias="startedAt")
    finished_at: Optional[datetime] = Field(alias="finishedAt")
    queue: "TaskQueue"


class TaskQueue(BaseModel):
    name: str


class Schedule(BaseModel):
    id: str
    uuid: UUID
    recurrence: "ScheduleRecurrence"
    next_run_at: Optional[datetime] = Field(alias="nextRunAt")
    paused: bool
    pause_note: str = Field(alias="pauseNote")
    labels: list[str]
    fired_count: int = Field(alias="firedCount")
    skipped_count: int = Field(alias="skippedCount")
    missed_count: int = Field(alias="missedCount")
    task: "ScheduleTask"


class ScheduleRecurrence(BaseModel):
    text: str


class ScheduleTask(Task):
    pass


class TaskChange(BaseModel):
    cursor: str
    at: datetime
    previous_status: Optional[TaskStatus] = Field(alias="previousStatus")
    status: TaskStatus
    version: int
    attempt: int
    message: Optional[str]
    task_id: str = Field(alias="taskId")
    coalesced: int
    task: Optional["TaskChangeTask"]


class TaskChangeTask(Task):
    pass


class UserError(BaseModel):
    code: UserErrorCode
    field: list[str]
    message: str


Task.model_rebuild()
Schedule.model_rebuild()
TaskChange.model_rebuild()
UserError.model_rebuild()
