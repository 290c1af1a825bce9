from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .fragments import Task, UserError


class CreateTask(BaseModel):
    create_task: "CreateTaskCreateTask" = Field(alias="createTask")


class CreateTaskCreateTask(BaseModel):
    task: Optional["CreateTaskCreateTaskTask"]
    errors: list["CreateTaskCreateTaskErrors"]


CreateTaskCreateTaskTask = Task
CreateTaskCreateTaskErrors = UserError
CreateTask.model_rebuild()
CreateTaskCreateTask.model_rebuild()
