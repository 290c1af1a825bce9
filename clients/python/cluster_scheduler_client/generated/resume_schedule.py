from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .fragments import Schedule, UserError


class ResumeSchedule(BaseModel):
    resume_task_schedule: "ResumeScheduleResumeTaskSchedule" = Field(
        alias="resumeTaskSchedule"
    )


class ResumeScheduleResumeTaskSchedule(BaseModel):
    task_schedule: Optional["ResumeScheduleResumeTaskScheduleTaskSchedule"] = Field(
        alias="taskSchedule"
    )
    errors: list["ResumeScheduleResumeTaskScheduleErrors"]


ResumeScheduleResumeTaskScheduleTaskSchedule = Schedule
ResumeScheduleResumeTaskScheduleErrors = UserError
ResumeSchedule.model_rebuild()
ResumeScheduleResumeTaskSchedule.model_rebuild()
