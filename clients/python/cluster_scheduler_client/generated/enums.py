from cluster_scheduler_client.open_enum import OpenEnum


class CatchUpPolicy(OpenEnum):
    LATEST = "LATEST"
    ALL = "ALL"
    NONE = "NONE"


class ErrorPolicy(OpenEnum):
    REJECT_ALL = "REJECT_ALL"
    REJECT_FAILED_ROWS = "REJECT_FAILED_ROWS"


class OnFold(OpenEnum):
    FIRST = "FIRST"
    BOTH = "BOTH"


class OnGap(OpenEnum):
    RUN_AFTER = "RUN_AFTER"
    SKIP = "SKIP"


class OrderDirection(OpenEnum):
    ASC = "ASC"
    DESC = "DESC"


class OverlapPolicy(OpenEnum):
    SKIP = "SKIP"
    QUEUE_ONE = "QUEUE_ONE"
    CANCEL_RUNNING = "CANCEL_RUNNING"
    ALLOW = "ALLOW"


class TaskOrderField(OpenEnum):
    CREATED_AT = "CREATED_AT"
    FINISHED_AT = "FINISHED_AT"


class TaskStatus(OpenEnum):
    PENDING = "PENDING"
    RUNNING = "RUNNING"
    SUCCESS = "SUCCESS"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


class UserErrorCode(OpenEnum):
    INVALID = "INVALID"
    OUT_OF_RANGE = "OUT_OF_RANGE"
    NOT_FOUND = "NOT_FOUND"
    ALREADY_EXISTS = "ALREADY_EXISTS"
    IN_USE = "IN_USE"
    NOT_ONLINE = "NOT_ONLINE"
    NOT_OFFLINE = "NOT_OFFLINE"
    FAULTS_OFF = "FAULTS_OFF"
    UNKNOWN_QUEUE = "UNKNOWN_QUEUE"
    IDEMPOTENCY_CONFLICT = "IDEMPOTENCY_CONFLICT"
    NOT_CANCELLABLE = "NOT_CANCELLABLE"
    NOT_TRIGGERABLE = "NOT_TRIGGERABLE"
    ALREADY_ENDED = "ALREADY_ENDED"
    NOT_RETRYABLE = "NOT_RETRYABLE"
    NOT_RESTORABLE = "NOT_RESTORABLE"
