from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .fragments import Schedule, UserError


class PauseSchedule(BaseModel):
    pause_task_schedule: "PauseSchedulePauseTaskSchedule" = Field(
        alias="pauseTaskSchedule"
    )


class PauseSchedulePauseTaskSchedule(BaseModel):
    task_schedule: Optional["PauseSchedulePauseTaskScheduleTaskSchedule"] = Field(
        alias="taskSchedule"
    )
    errors: list["PauseSchedulePauseTaskScheduleErrors"]


PauseSchedulePauseTaskScheduleTaskSchedule = Schedule
PauseSchedulePauseTaskScheduleErrors = UserError
PauseSchedule.model_rebuild()
PauseSchedulePauseTaskSchedule.model_rebuild()
