from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .fragments import UserError


class CreateTasks(BaseModel):
    create_tasks: "CreateTasksCreateTasks" = Field(alias="createTasks")


class CreateTasksCreateTasks(BaseModel):
    count: int
    task_ids: list[Optional[str]] = Field(alias="taskIds")
    errors: list["CreateTasksCreateTasksErrors"]


CreateTasksCreateTasksErrors = UserError
CreateTasks.model_rebuild()
CreateTasksCreateTasks.model_rebuild()
