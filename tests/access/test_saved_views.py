"""Whose saved views a request reads and changes."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tasks_app.models import Role, Scope, ScopeKind
from tasks_app.services.access import tokens
from tests.access.conftest import bearer

SAVE = """mutation ($name: String!) { saveView(input: {name: $name, search: "status:failed"}) {
    view { id } errors { message } } }"""
NAMES = "{ savedViews { name } }"


def ask(client, query, headers=None, **variables):
    body = {"query": query, "variables": variables}
    answer = client.post("/graphql/", body, content_type="application/json", headers=headers)
    return answer.json()


def names(client, headers=None):
    return [view["name"] for view in ask(client, NAMES, headers)["data"]["savedViews"]]


def session(name):
    client = Client()
    client.force_login(User.objects.create_user(name))
    return client


def test_users_do_not_see_the_views_of_others(guarded):
    ann, bob = session("ann"), session("bob")
    saved = ask(ann, SAVE, name="of ann")["data"]["saveView"]
    assert saved["errors"] == []
    id = saved["view"]["id"]

    assert (names(ann), names(bob)) == (["of ann"], [])
    by_id = "query ($id: ID!) { node(id: $id) { id } }"
    assert ask(ann, by_id, id=id)["data"]["node"] == {"id": id}
    assert ask(bob, by_id, id=id)["data"]["node"] is None
    delete = "mutation ($id: ID!) { deleteView(input: {id: $id}) { errors { code } } }"
    assert ask(bob, delete, id=id)["data"]["deleteView"]["errors"] == [{"code": "NOT_FOUND"}]
    assert names(ann) == ["of ann"]
    # Another session of the same user has them too.
    again = Client()
    again.force_login(User.objects.get(username="ann"))
    assert names(again) == ["of ann"]


def test_tokens_of_the_same_name_have_their_own_views(guarded, make_token):
    first, second = (bearer(make_token(Role.VIEWER, "ann").secret) for _ in range(2))
    ask(Client(), SAVE, first, name="mine")

    assert (names(Client(), first), names(Client(), second)) == (["mine"], [])


def test_requests_without_credentials_share_their_views(db):
    ask(Client(), SAVE, name="ours")

    assert names(Client()) == ["ours"]
    assert names(session("ann")) == []


def test_scoped_token_has_no_views(guarded, db):
    scope = Scope(ScopeKind.QUEUE, "default")
    secret = tokens.create_token("page", Role.VIEWER, scope=scope).secret

    [error] = ask(Client(), NAMES, bearer(secret))["errors"]
    assert error["extensions"]["code"] == "FORBIDDEN"


@pytest.mark.parametrize(
    "document", ['saveView(input: {name: "x"})', 'deleteView(input: {id: "x"})']
)
def test_replay_refuses_changes_of_views(db, settings, document):
    settings.REPLAY = True

    [error] = ask(Client(), f"mutation {{ {document} {{ errors {{ code }} }} }}")["errors"]
    assert (error["extensions"]["code"], error["message"]) == (
        "FORBIDDEN",
        "This server replays a recording. It accepts no changes.",
    )
