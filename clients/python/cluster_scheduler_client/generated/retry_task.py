from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .fragments import Task, UserError


class RetryTask(BaseModel):
    retry_task: "RetryTaskRetryTask" = Field(alias="retryTask")


class RetryTaskRetryTask(BaseModel):
    task: Optional["RetryTaskRetryTaskTask"]
    errors: list["RetryTaskRetryTaskErrors"]


RetryTaskRetryTaskTask = Task
RetryTaskRetryTaskErrors = UserError
RetryTask.model_rebuild()
RetryTaskRetryTask.model_rebuild()
