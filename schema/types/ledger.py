"""The ledger: invariants of the cluster, checked live."""

from datetime import datetime
from enum import Enum

import strawberry
from graphql import GraphQLError

from tasks_app import ledger
from tasks_app.ledger import shared
from tasks_app.ledger.invariant import EXAMPLES_MAX


@strawberry.enum(description="The kind of object that violations of an invariant are about.")
class LedgerSubject(Enum):
    TASK = strawberry.enum_value(
        "TASK", description="The key of a violation is the UUID of a task."
    )
    TASK_SCHEDULE = strawberry.enum_value(
        "TASK_SCHEDULE", description="The key of a violation is the UUID of a schedule."
    )
    WORKER_NODE = strawberry.enum_value(
        "WORKER_NODE", description="The key of a violation is the name of a worker node."
    )
    QUEUE = strawberry.enum_value(
        "QUEUE", description="The key of a violation is the name of a queue."
    )
    CONCURRENCY_KEY = strawberry.enum_value(
        "CONCURRENCY_KEY", description="The key of a violation is a concurrency key of tasks."
    )
    STATUS = strawberry.enum_value(
        "STATUS",
        description="The key of a violation is a status, and all tasks that have it are concerned.",
    )


@strawberry.type(description="An object that violates an invariant.")
class LedgerViolation:
    key: str = strawberry.field(
        description=(
            "The UUID of the task or schedule, the name of the worker node or queue, the"
            " concurrency key, or the status, as `subject` of the invariant says."
        )
    )
    message: str = strawberry.field(description="What is wrong with the object, in a sentence.")


@strawberry.type(
    description="A rule that holds in every consistent snapshot of the database, and its check."
)
class LedgerInvariant:
    name: str = strawberry.field(
        description="The stable name of the invariant, such as `one-result-per-run`."
    )
    statement: str = strawberry.field(description="The rule in a sentence.")
    window: str = strawberry.field(
        description="What the check examines, in a sentence. It bounds the cost of the check."
    )
    subject: LedgerSubject = strawberry.field(
        description="The kind of object that violations are about."
    )
    query: str = strawberry.field(
        description=(
            "The SQL statement that made this check. It has no parameters and only reads, so it can"
            " be run with `psql`."
        )
    )
    examined: int = strawberry.field(
        description="The number of rows that the check examined, as `window` describes them."
    )
    violations: int = strawberry.field(description="The number of violations in the window.")
    examples: list[LedgerViolation] = strawberry.field(
        description=f"The first violations, ordered by key, at most {EXAMPLES_MAX}."
    )
    holds: bool = strawberry.field(description="Whether the check found no violation.")

    @classmethod
    def of(cls, check: ledger.Check) -> "LedgerInvariant":
        """Return the outcome of a check, as the API shows it."""
        return cls(
            name=check.invariant.name,
            statement=check.invariant.statement,
            window=check.window,
            subject=LedgerSubject(check.invariant.subject.value),
            query=check.query,
            examined=check.examined,
            violations=check.violations,
            examples=[
                LedgerViolation(key=each.key, message=each.message) for each in check.examples
            ],
            holds=check.holds,
        )


@strawberry.type(description="The invariants of the cluster, checked in one snapshot.")
class Ledger:
    checked_at: datetime = strawberry.field(description="The time of the snapshot.")
    duration_ms: int = strawberry.field(
        description="The time that all checks together took, in milliseconds."
    )
    holds: bool = strawberry.field(description="Whether all invariants hold.")
    invariants: list[LedgerInvariant] = strawberry.field(
        description="The invariants with their checks, in a fixed order. More may be added."
    )


@strawberry.type
class LedgerQueries:
    @strawberry.field(
        description=(
            "The invariants of the cluster, checked in one consistent snapshot of the database."
            " Each check examines a bounded number of rows. Requests within"
            f" {shared.SHARED_SECONDS:.0f} seconds share a check."
        )
    )
    def ledger(self) -> Ledger:
        try:
            checked = shared.recent()
        except ledger.TooSlowError as error:
            message = (
                f"The checks took longer than {ledger.SECONDS_MAX:.0f} seconds. Try again when the"
                " database has less load."
            )
            raise GraphQLError(message, extensions={"code": "TIMEOUT"}) from error
        return Ledger(
            checked_at=checked.checked_at,
            duration_ms=checked.duration_ms,
            holds=checked.holds,
            invariants=[LedgerInvariant.of(each) for each in checked.checks],
        )
