"""The services of schedules: create, change, control and preview. Each opens its transaction.

They raise TaskSchedule.DoesNotExist, and ValidationError by field with a code for each error.
"""

from tasks_app.services.schedules.changes import delete_schedule, update_schedule
from tasks_app.services.schedules.control import pause_schedule, resume_schedule, trigger_schedule
from tasks_app.services.schedules.creation import create_schedule, create_schedules
from tasks_app.services.schedules.previews import PREVIEW_MAX, Preview, preview, upcoming

__all__ = [
    "PREVIEW_MAX",
    "Preview",
    "create_schedule",
    "create_schedules",
    "delete_schedule",
    "pause_schedule",
    "preview",
    "resume_schedule",
    "trigger_schedule",
    "upcoming",
    "update_schedule",
]
