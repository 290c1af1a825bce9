import uuid

from django.db import models


class Task(models.Model):
    class Status(models.TextChoices):
        PENDING = "PENDING"
        SUCCESS = "SUCCESS"
        FAILED = "FAILED"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    a = models.BigIntegerField()
    b = models.BigIntegerField()
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PENDING)
    failed_message = models.TextField(blank=True)
    celery_task_id = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects: models.Manager["Task"]

    def __str__(self) -> str:
        return f"{self.a} + {self.b}"


class TaskResult(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    task = models.ForeignKey(Task, models.CASCADE, related_name="results")
    result = models.BigIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    objects: models.Manager["TaskResult"]

    def __str__(self) -> str:
        return str(self.result)
