from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .fragments import Schedule, UserError


class CreateSchedule(BaseModel):
    create_task_schedule: "CreateScheduleCreateTaskSchedule" = Field(
        alias="createTaskSchedule"
    )


class CreateScheduleCreateTaskSchedule(BaseModel):
    task_schedule: Optional["CreateScheduleCreateTaskScheduleTaskSchedule"] = Field(
        alias="taskSchedule"
    )
    errors: list["CreateScheduleCreateTaskScheduleErrors"]


CreateScheduleCreateTaskScheduleTaskSchedule = Schedule
CreateScheduleCreateTaskScheduleErrors = UserError
CreateSchedule.model_rebuild()
CreateScheduleCreateTaskSchedule.model_rebuild()
