"""What the messages of webhooks say of tasks."""

from schema.core.relay import global_id


def tasks_of(requests):
    return [each.data["taskStatusChanged"]["taskId"] for each in requests]


def global_ids(made):
    return [global_id("Task", task.pk) for task in made]
