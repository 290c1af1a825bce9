from typing import Optional

from .base_model import BaseModel
from .fragments import Task


class GetTask(BaseModel):
    task: Optional["GetTaskTask"]


GetTaskTask = Task
GetTask.model_rebuild()
