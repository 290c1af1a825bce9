import pytest

from schema.core.relay import global_id
from tasks_app.models import SavedView

pytestmark = pytest.mark.django_db

SAVE = """mutation ($input: SaveViewInput!) { saveView(input: $input) {
    view { id name search orderBy { field direction } columns } errors { code field message } } }"""
DELETE = """mutation ($input: DeleteViewInput!) { deleteView(input: $input) {
    deletedId errors { code field } } }"""
FAILURES = {
    "name": "failures",
    "search": "status:failed finished:<1d",
    "orderBy": {"field": "FINISHED_AT", "direction": "ASC"},
    "columns": ["QUEUE", "FINISHED"],
}


def test_saved_view_is_returned_and_deleted(data):
    saved = data(SAVE, input=FAILURES)["saveView"]

    assert saved["errors"] == []
    view = saved["view"]
    assert view == FAILURES | {"id": global_id("SavedView", SavedView.objects.get().pk)}
    data(SAVE, input={"name": "all"})
    assert data("{ savedViews { name search orderBy { field direction } columns } }") == {
        "savedViews": [
            {
                "name": "all",
                "search": "",
                "orderBy": {"field": "CREATED_AT", "direction": "DESC"},
                "columns": None,
            },
            FAILURES,
        ]
    }
    by_id = data("query ($id: ID!) { node(id: $id) { id } }", id=view["id"])
    assert by_id["node"] == {"id": view["id"]}

    assert data(DELETE, input={"id": view["id"]})["deleteView"] == {
        "deletedId": view["id"],
        "errors": [],
    }
    assert data(DELETE, input={"id": view["id"]})["deleteView"]["errors"] == [
        {"code": "NOT_FOUND", "field": ["input", "id"]}
    ]


def test_search_that_does_not_parse_is_refused_with_the_reason(data):
    saved = data(SAVE, input={"name": "x" * 64, "search": "status:lost"})["saveView"]

    assert saved["view"] is None
    assert [(error["code"], error["field"]) for error in saved["errors"]] == [
        ("INVALID", ["input", "name"]),
        ("INVALID", ["input", "search"]),
    ]
    assert "`lost` is not one of the values" in saved["errors"][1]["message"]
    assert not SavedView.objects.exists()


def test_saved_search_lists_tasks(data, make_task):
    make_task(a=41)
    saved = data(SAVE, input={"name": "41", "search": "a:41"})["saveView"]["view"]

    found = data(
        "query ($search: String) { tasks(where: {search: $search}) { totalCount } }",
        search=saved["search"],
    )
    assert found["tasks"]["totalCount"] == 1
