from pydantic import Field

from .base_model import BaseModel
from .fragments import TaskChange


class TaskStatusChanged(BaseModel):
    task_status_changed: "TaskStatusChangedTaskStatusChanged" = Field(
        alias="taskStatusChanged"
    )


TaskStatusChangedTaskStatusChanged = TaskChange
TaskStatusChanged.model_rebuild()
