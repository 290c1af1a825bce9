from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .fragments import Schedule


class ListSchedules(BaseModel):
    task_schedules: "ListSchedulesTaskSchedules" = Field(alias="taskSchedules")


class ListSchedulesTaskSchedules(BaseModel):
    nodes: list["ListSchedulesTaskSchedulesNodes"]
    page_info: "ListSchedulesTaskSchedulesPageInfo" = Field(alias="pageInfo")
    total_count: int = Field(alias="totalCount")


ListSchedulesTaskSchedulesNodes = Schedule


class ListSchedulesTaskSchedulesPageInfo(BaseModel):
    has_next_page: bool = Field(alias="hasNextPage")
    end_cursor: Optional[str] = Field(alias="endCursor")


ListSchedules.model_rebuild()
ListSchedulesTaskSchedules.model_rebuild()
