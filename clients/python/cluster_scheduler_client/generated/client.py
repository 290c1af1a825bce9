from collections.abc import AsyncIterator
from typing import Any, Optional, Union

from .async_base_client import AsyncBaseClient
from .base_model import UNSET, UnsetType
from .cancel_task import CancelTask, CancelTaskCancelTask
from .create_schedule import CreateSchedule, CreateScheduleCreateTaskSchedule
from .create_task import CreateTask, CreateTaskCreateTask
from .create_tasks import CreateTasks, CreateTasksCreateTasks
from .get_cursor import GetCursor, GetCursorCluster
from .get_task import GetTask, GetTaskTask
from .input_types import (
    CancelTaskInput,
    CreateTaskInput,
    CreateTaskScheduleInput,
    CreateTasksInput,
    PauseTaskScheduleInput,
    ResumeTaskScheduleInput,
    RetryTaskInput,
    TaskChangeWhere,
    TaskOrder,
    TaskScheduleWhere,
    TaskWhere,
)
from .list_schedules import ListSchedules, ListSchedulesTaskSchedules
from .list_tasks import ListTasks, ListTasksTasks
from .pause_schedule import PauseSchedule, PauseSchedulePauseTaskSchedule
from .resume_schedule import ResumeSchedule, ResumeScheduleResumeTaskSchedule
from .retry_task import RetryTask, RetryTaskRetryTask
from .task_status_changed import TaskStatusChanged, TaskStatusChangedTaskStatusChanged


def gql(q: str) -> str:
    return q


class GeneratedClient(AsyncBaseClient):
    async def get_cursor(self, **kwargs: Any) -> GetCursorCluster:
        query = gql("""
            query GetCursor {
              cluster {
                cursor
              }
            }
            """)
        variables: dict[str, object] = {}
        response = await self.execute(
            query=query, operation_name="GetCursor", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return GetCursor.model_validate(data).cluster

    async def get_task(self, id: str, **kwargs: Any) -> Optional[GetTaskTask]:
        query = gql("""
            query GetTask($id: ID!) {
              task(id: $id) {
                ...Task
              }
            }

            fragment Task on Task {
              id
              uuid
              a
              b
              result
              status
              version
              priority
              slots
              durationMs
              run
              attempt
              failedMessage
              idempotencyKey
              createdAt
              runAt
              startedAt
              finishedAt
              queue {
                name
              }
            }
            """)
        variables: dict[str, object] = {"id": id}
        response = await self.execute(
            query=query, operation_name="GetTask", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return GetTask.model_validate(data).task

    async def list_tasks(
        self,
        where: Union[Optional[TaskWhere], UnsetType] = UNSET,
        order_by: Union[Optional[TaskOrder], UnsetType] = UNSET,
        first: Union[Optional[int], UnsetType] = UNSET,
        after: Union[Optional[str], UnsetType] = UNSET,
        **kwargs: Any,
    ) -> ListTasksTasks:
        query = gql("""
            query ListTasks($where: TaskWhere, $orderBy: TaskOrder, $first: Int, $after: String) {
              tasks(where: $where, orderBy: $orderBy, first: $first, after: $after) {
                nodes {
                  ...Task
                }
                pageInfo {
                  hasNextPage
                  endCursor
                }
                totalCount
                cursor
              }
            }

            fragment Task on Task {
              id
              uuid
              a
              b
              result
              status
              version
              priority
              slots
              durationMs
              run
              attempt
              failedMessage
              idempotencyKey
              createdAt
              runAt
              startedAt
              finishedAt
              queue {
                name
              }
            }
            """)
        variables: dict[str, object] = {
            "where": where,
            "orderBy": order_by,
            "first": first,
            "after": after,
        }
        response = await self.execute(
            query=query, operation_name="ListTasks", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return ListTasks.model_validate(data).tasks

    async def create_task(
        self, input: CreateTaskInput, **kwargs: Any
    ) -> CreateTaskCreateTask:
        query = gql("""
            mutation CreateTask($input: CreateTaskInput!) {
              createTask(input: $input) {
                task {
                  ...Task
                }
                errors {
                  ...UserError
                }
              }
            }

            fragment Task on Task {
              id
              uuid
              a
              b
              result
              status
              version
              priority
              slots
              durationMs
              run
              attempt
              failedMessage
              idempotencyKey
              createdAt
              runAt
              startedAt
              finishedAt
              queue {
                name
              }
            }

            fragment UserError on UserError {
              code
              field
              message
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = await self.execute(
            query=query, operation_name="CreateTask", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return CreateTask.model_validate(data).create_task

    async def create_tasks(
        self, input: CreateTasksInput, **kwargs: Any
    ) -> CreateTasksCreateTasks:
        query = gql("""
            mutation CreateTasks($input: CreateTasksInput!) {
              createTasks(input: $input) {
                count
                taskIds
                errors {
                  ...UserError
                }
              }
            }

            fragment UserError on UserError {
              code
              field
              message
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = await self.execute(
            query=query, operation_name="CreateTasks", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return CreateTasks.model_validate(data).create_tasks

    async def cancel_task(
        self, input: CancelTaskInput, **kwargs: Any
    ) -> CancelTaskCancelTask:
        query = gql("""
            mutation CancelTask($input: CancelTaskInput!) {
              cancelTask(input: $input) {
                task {
                  ...Task
                }
                errors {
                  ...UserError
                }
              }
            }

            fragment Task on Task {
              id
              uuid
              a
              b
              result
              status
              version
              priority
              slots
              durationMs
              run
              attempt
              failedMessage
              idempotencyKey
              createdAt
              runAt
              startedAt
              finishedAt
              queue {
                name
              }
            }

            fragment UserError on UserError {
              code
              field
              message
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = await self.execute(
            query=query, operation_name="CancelTask", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return CancelTask.model_validate(data).cancel_task

    async def retry_task(
        self, input: RetryTaskInput, **kwargs: Any
    ) -> RetryTaskRetryTask:
        query = gql("""
            mutation RetryTask($input: RetryTaskInput!) {
              retryTask(input: $input) {
                task {
                  ...Task
                }
                errors {
                  ...UserError
                }
              }
            }

            fragment Task on Task {
              id
              uuid
              a
              b
              result
              status
              version
              priority
              slots
              durationMs
              run
              attempt
              failedMessage
              idempotencyKey
              createdAt
              runAt
              startedAt
              finishedAt
              queue {
                name
              }
            }

            fragment UserError on UserError {
              code
              field
              message
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = await self.execute(
            query=query, operation_name="RetryTask", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return RetryTask.model_validate(data).retry_task

    async def list_schedules(
        self,
        where: Union[Optional[TaskScheduleWhere], UnsetType] = UNSET,
        paused: Union[Optional[bool], UnsetType] = UNSET,
        first: Union[Optional[int], UnsetType] = UNSET,
        after: Union[Optional[str], UnsetType] = UNSET,
        **kwargs: Any,
    ) -> ListSchedulesTaskSchedules:
        query = gql("""
            query ListSchedules($where: TaskScheduleWhere, $paused: Boolean, $first: Int, $after: String) {
              taskSchedules(where: $where, paused: $paused, first: $first, after: $after) {
                nodes {
                  ...Schedule
                }
                pageInfo {
                  hasNextPage
                  endCursor
                }
                totalCount
              }
            }

            fragment Schedule on TaskSchedule {
              id
              uuid
              recurrence {
                text
              }
              nextRunAt
              paused
              pauseNote
              labels
              firedCount
              skippedCount
              missedCount
              task {
                ...Task
              }
            }

            fragment Task on Task {
              id
              uuid
              a
              b
              result
              status
              version
              priority
              slots
              durationMs
              run
              attempt
              failedMessage
              idempotencyKey
              createdAt
              runAt
              startedAt
              finishedAt
              queue {
                name
              }
            }
            """)
        variables: dict[str, object] = {
            "where": where,
            "paused": paused,
            "first": first,
            "after": after,
        }
        response = await self.execute(
            query=query, operation_name="ListSchedules", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return ListSchedules.model_validate(data).task_schedules

    async def create_schedule(
        self, input: CreateTaskScheduleInput, **kwargs: Any
    ) -> CreateScheduleCreateTaskSchedule:
        query = gql("""
            mutation CreateSchedule($input: CreateTaskScheduleInput!) {
              createTaskSchedule(input: $input) {
                taskSchedule {
                  ...Schedule
                }
                errors {
                  ...UserError
                }
              }
            }

            fragment Schedule on TaskSchedule {
              id
              uuid
              recurrence {
                text
              }
              nextRunAt
              paused
              pauseNote
              labels
              firedCount
              skippedCount
              missedCount
              task {
                ...Task
              }
            }

            fragment Task on Task {
              id
              uuid
              a
              b
              result
              status
              version
              priority
              slots
              durationMs
              run
              attempt
              failedMessage
              idempotencyKey
              createdAt
              runAt
              startedAt
              finishedAt
              queue {
                name
              }
            }

            fragment UserError on UserError {
              code
              field
              message
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = await self.execute(
            query=query, operation_name="CreateSchedule", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return CreateSchedule.model_validate(data).create_task_schedule

    async def pause_schedule(
        self, input: PauseTaskScheduleInput, **kwargs: Any
    ) -> PauseSchedulePauseTaskSchedule:
        query = gql("""
            mutation PauseSchedule($input: PauseTaskScheduleInput!) {
              pauseTaskSchedule(input: $input) {
                taskSchedule {
                  ...Schedule
                }
                errors {
                  ...UserError
                }
              }
            }

            fragment Schedule on TaskSchedule {
              id
              uuid
              recurrence {
                text
              }
              nextRunAt
              paused
              pauseNote
              labels
              firedCount
              skippedCount
              missedCount
              task {
                ...Task
              }
            }

            fragment Task on Task {
              id
              uuid
              a
              b
              result
              status
              version
              priority
              slots
              durationMs
              run
              attempt
              failedMessage
              idempotencyKey
              createdAt
              runAt
              startedAt
              finishedAt
              queue {
                name
              }
            }

            fragment UserError on UserError {
              code
              field
              message
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = await self.execute(
            query=query, operation_name="PauseSchedule", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return PauseSchedule.model_validate(data).pause_task_schedule

    async def resume_schedule(
        self, input: ResumeTaskScheduleInput, **kwargs: Any
    ) -> ResumeScheduleResumeTaskSchedule:
        query = gql("""
            mutation ResumeSchedule($input: ResumeTaskScheduleInput!) {
              resumeTaskSchedule(input: $input) {
                taskSchedule {
                  ...Schedule
                }
                errors {
                  ...UserError
                }
              }
            }

            fragment Schedule on TaskSchedule {
              id
              uuid
              recurrence {
                text
              }
              nextRunAt
              paused
              pauseNote
              labels
              firedCount
              skippedCount
              missedCount
              task {
                ...Task
              }
            }

            fragment Task on Task {
              id
              uuid
              a
              b
              result
              status
              version
              priority
              slots
              durationMs
              run
              attempt
              failedMessage
              idempotencyKey
              createdAt
              runAt
              startedAt
              finishedAt
              queue {
                name
              }
            }

            fragment UserError on UserError {
              code
              field
              message
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = await self.execute(
            query=query, operation_name="ResumeSchedule", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return ResumeSchedule.model_validate(data).resume_task_schedule

    async def task_status_changed(
        self,
        where: Union[Optional[TaskChangeWhere], UnsetType] = UNSET,
        after: Union[Optional[str], UnsetType] = UNSET,
        **kwargs: Any,
    ) -> AsyncIterator[TaskStatusChangedTaskStatusChanged]:
        query = gql("""
            subscription TaskStatusChanged($where: TaskChangeWhere, $after: String) {
              taskStatusChanged(where: $where, after: $after) {
                ...TaskChange
              }
            }

            fragment Task on Task {
              id
              uuid
              a
              b
              result
              status
              version
              priority
              slots
              durationMs
              run
              attempt
              failedMessage
              idempotencyKey
              createdAt
              runAt
              startedAt
              finishedAt
              queue {
                name
              }
            }

            fragment TaskChange on TaskStatusChange {
              cursor
              at
              previousStatus
              status
              version
              attempt
              message
              taskId
              coalesced
              task {
                ...Task
              }
            }
            """)
        variables: dict[str, object] = {"where": where, "after": after}
        async for data in self.execute_ws(
            query=query,
            operation_name="TaskStatusChanged",
            variables=variables,
            **kwargs,
        ):
            yield TaskStatusChanged.model_validate(data).task_status_changed
