from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .fragments import Task


class ListTasks(BaseModel):
    tasks: "ListTasksTasks"


class ListTasksTasks(BaseModel):
    nodes: list["ListTasksTasksNodes"]
    page_info: "ListTasksTasksPageInfo" = Field(alias="pageInfo")
    total_count: int = Field(alias="totalCount")
    cursor: str


ListTasksTasksNodes = Task


class ListTasksTasksPageInfo(BaseModel):
    has_next_page: bool = Field(alias="hasNextPage")
    end_cursor: Optional[str] = Field(alias="endCursor")


ListTasks.model_rebuild()
ListTasksTasks.model_rebuild()
