from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .fragments import Task, UserError


class CancelTask(BaseModel):
    cancel_task: "CancelTaskCancelTask" = Field(alias="cancelTask")


class CancelTaskCancelTask(BaseModel):
    task: Optional["CancelTaskCancelTaskTask"]
    errors: list["CancelTaskCancelTaskErrors"]


CancelTaskCancelTaskTask = Task
CancelTaskCancelTaskErrors = UserError
CancelTask.model_rebuild()
CancelTaskCancelTask.model_rebuild()
