"""A typed, asynchronous client of the cluster scheduler.

`Client` has a method for each operation in `operations.graphql`. `follow_tasks` yields the changes
of tasks across lost connections. Inputs, results and enums are in
`cluster_scheduler_client.generated`, and the most common ones here as well.
"""

from cluster_scheduler_client.client import Client
from cluster_scheduler_client.following import Gap, follow_tasks
from cluster_scheduler_client.generated import (
    CancelTaskInput,
    CreateTaskInput,
    CreateTaskScheduleInput,
    CreateTasksInput,
    NewTaskInput,
    PauseTaskScheduleInput,
    RecurrenceInput,
    ResumeTaskScheduleInput,
    RetryTaskInput,
    Schedule,
    Task,
    TaskChange,
    TaskChangeWhere,
    TaskScheduleWhere,
    TaskStatus,
    TaskWhere,
    UserError,
    UserErrorCode,
)
from cluster_scheduler_client.generated.exceptions import (
    GraphQLClientError,
    GraphQLClientGraphQLMultiError,
    GraphQLClientHttpError,
)

__all__ = [
    "CancelTaskInput",
    "Client",
    "CreateTaskInput",
    "CreateTaskScheduleInput",
    "CreateTasksInput",
    "Gap",
    "GraphQLClientError",
    "GraphQLClientGraphQLMultiError",
    "GraphQLClientHttpError",
    "NewTaskInput",
    "PauseTaskScheduleInput",
    "RecurrenceInput",
    "ResumeTaskScheduleInput",
    "RetryTaskInput",
    "Schedule",
    "Task",
    "TaskChange",
    "TaskChangeWhere",
    "TaskScheduleWhere",
    "TaskStatus",
    "TaskWhere",
    "UserError",
    "UserErrorCode",
    "follow_tasks",
]
