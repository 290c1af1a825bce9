"""Entity tags: 304 while nothing has changed, and never after a change."""

import pytest

from tasks_app.models import Task, TaskResult
from tasks_app.services import schedules, tasks
from tests.support.working import claim_only, run_only

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("node")]


@pytest.fixture
def revalidate(client):
    """Get a URL with its tag; return the status and the new tag."""
    tags = {}

    def revalidate(url):
        headers = {"If-None-Match": tags[url]} if url in tags else {}
        response = client.get(url, headers=headers)
        assert response["ETag"].startswith('W/"')
        assert response["Cache-Control"] == "private, no-cache"
        assert (response.content == b"") is (response.status_code == 304)
        tags[url] = response["ETag"]
        return response.status_code

    return revalidate


def test_task_is_sent_again_after_each_change(revalidate, make_task):
    task = make_task()
    url = f"/tasks/{task.pk}/"
    changes = [
        lambda: None,
        lambda: tasks.cancel_task(task.pk),
        lambda: tasks.retry_task(task.pk),
        lambda: claim_only(task),
        lambda: Task.objects.get(pk=task.pk).set_celery_task_id("another"),
        lambda: Task.objects.get(pk=task.pk).mark_as_successfull(5),
        lambda: TaskResult.objects.all().delete(),
    ]
    for change in changes:
        change()
        for path in (url, "/tasks/"):
            is_list_of_same = path == "/tasks/" and change is changes[-1]
            assert revalidate(path) == (304 if is_list_of_same else 200), path
            assert revalidate(path) == 304, path


def test_list_is_sent_again_if_it_has_other_tasks(revalidate, make_task):
    for url in ("/tasks/?limit=1", "/tasks/", "/tasks/?status=FAILED"):
        assert (revalidate(url), revalidate(url)) == (200, 304)
    task = make_task()
    assert revalidate("/tasks/?limit=1") == 200
    task.mark_as_failed("no")
    assert revalidate("/tasks/?status=FAILED") == 200


def test_schedule_is_sent_again_after_each_change(revalidate, make_schedule):
    schedule = make_schedule()
    url, change = f"/task-schedules/{schedule.pk}/", {"a": 2, "b": 3, "interval": 61}
    for act in (
        lambda: None,
        lambda: schedules.update_schedule(
            schedule.pk, scheduled_at=schedule.scheduled_at, **change
        ),
        lambda: schedules.trigger_schedule(schedule.pk),
        lambda: run_only(schedule.task),
    ):
        act()
        for path in (url, "/task-schedules/"):
            assert (revalidate(path), revalidate(path)) == (200, 304)


@pytest.mark.parametrize(("known", "status"), [("*", 304), ('"x", {}', 304), ('"x"', 200)])
def test_lists_of_tags(client, make_task, known, status):
    url = f"/tasks/{make_task().pk}/"
    tag = client.get(url)["ETag"]

    for each in (tag, tag.removeprefix("W/")):
        assert client.get(url, headers={"If-None-Match": known.format(each)}).status_code == status


def test_response_varies_by_the_accepted_type(client, make_task):
    url = f"/tasks/{make_task().pk}/"
    tag = client.get(url)["ETag"]

    page = client.get(url, headers={"If-None-Match": tag, "Accept": "text/html"})

    assert (page.status_code, "ETag" in page) == (200, False)
    assert "Accept" in client.get(url)["Vary"]


def test_head_has_the_tag_and_errors_have_none(client, make_task):
    url = f"/tasks/{make_task().pk}/"

    assert client.head(url)["ETag"] == client.get(url)["ETag"]
    assert "ETag" not in client.get("/tasks/?limit=0")
