from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from tasks_app.access.actors import Actor, acting_as
from tasks_app.models import ClusterEvent, Role, SavedView
from tasks_app.services import saved_views
from tasks_app.services.access import tokens
from tasks_app.services.saved_views import VIEWS_MAX, NewView, own_views, save_view
from tests.support.waiting import eventually

pytestmark = pytest.mark.django_db

ANN, BOB = Actor("ann", Role.VIEWER), Actor("bob", Role.ADMIN)


@pytest.fixture(autouse=True)
def users(db):
    for name in "ann", "bob":
        User.objects.create_user(name)


def token_actor():
    token = tokens.create_token("ann", Role.VIEWER).token
    return Actor("ann", Role.VIEWER, token.pk)


def names():
    return [view.name for view in own_views()]


def errors_of(invalid):
    return {name: each[0].code for name, each in invalid.value.error_dict.items()}


def test_view_is_replaced_by_name():
    first = save_view(NewView(name="mine", search="status:failed", columns=("NODE", "NODE")))
    assert (first.order_field, first.order_direction) == ("CREATED_AT", "DESC")
    assert first.columns == ["NODE"]

    second = save_view(
        NewView(name="mine", search=" a:1 ", order_field="FINISHED_AT", order_direction="ASC")
    )

    assert (second.pk, second.search, second.columns) == (first.pk, "a:1", None)
    assert (second.order_field, second.order_direction) == ("FINISHED_AT", "ASC")
    assert second.updated_at >= first.updated_at
    assert names() == ["mine"]


def test_views_are_no_events_of_the_cluster():
    saved_views.delete_view(save_view(NewView(name="mine", search="")).pk)

    assert not ClusterEvent.objects.exists()


def test_each_user_and_each_token_has_its_own_views():
    actors = {"open": Actor(role=Role.ADMIN), "ann": ANN, "bob": BOB, "token": token_actor()}
    for owner, actor in actors.items():
        with acting_as(actor):
            save_view(NewView(name=owner, search="status:failed"))
            save_view(NewView(name="same", search=f"queue:{owner}"))

    for owner, actor in actors.items():
        with acting_as(actor):
            assert names() == sorted([owner, "same"])
            assert own_views().get(name="same").search == f"queue:{owner}"


def test_view_of_another_owner_does_not_exist():
    with acting_as(ANN):
        view = save_view(NewView(name="mine", search=""))

    for actor in BOB, token_actor(), Actor(role=Role.ADMIN):
        with acting_as(actor), pytest.raises(SavedView.DoesNotExist):
            saved_views.delete_view(view.pk)
    assert SavedView.objects.filter(pk=view.pk).exists()


def test_views_are_deleted_with_their_user_or_token():
    with acting_as(ANN):
        save_view(NewView(name="user", search=""))
    with acting_as(actor := token_actor()):
        save_view(NewView(name="token", search=""))

    User.objects.get(username="ann").delete()
    assert [view.name for view in SavedView.objects.all()] == ["token"]
    tokens.revoke_token(actor.token_id)
    assert not SavedView.objects.exists()


@pytest.mark.parametrize(
    ("name", "search", "wrong"),
    [
        ("", "", {"name": "invalid"}),
        ("   ", "", {"name": "invalid"}),
        ("x" * 64, "", {"name": "invalid"}),
        ("a\0b", "", {"name": "invalid"}),
        ("mine", "status:lost", {"search": "invalid"}),
        ("mine", "a:1 " * 300, {"search": "invalid"}),
        ("", "nonsense", {"name": "invalid", "search": "invalid"}),
    ],
    ids=["empty", "spaces", "long", "nul", "value", "length", "both"],
)
def test_invalid_view_is_refused_by_field(name, search, wrong):
    with pytest.raises(ValidationError) as invalid:
        save_view(NewView(name=name, search=search))

    assert errors_of(invalid) == wrong
    assert names() == []


def test_owner_has_a_bounded_number_of_views():
    for number in range(VIEWS_MAX):
        save_view(NewView(name=str(number), search=""))

    with pytest.raises(ValidationError) as invalid:
        save_view(NewView(name="one more", search=""))
    assert errors_of(invalid) == {"name": "out_of_range"}
    # Replacing a view is possible at the maximum, which is that of each owner.
    save_view(NewView(name="0", search="status:failed"))
    with acting_as(ANN):
        save_view(NewView(name="one more", search=""))


@pytest.mark.django_db(transaction=True)
def test_concurrent_saves_of_a_name_make_one_view():
    def save():
        try:
            return save_view(NewView(name="mine", search="a:2"))
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            first = save_view(NewView(name="mine", search="a:1"))
            second = threads.submit(save)
            eventually(a_transaction_waits, "the second one waits for the first")
        assert second.result(20).pk == first.pk
    assert own_views().get().search == "a:2"


def a_transaction_waits():
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted")
        return cursor.fetchone()


def test_database_has_one_view_of_a_name_for_all_without_credentials():
    columns = {"name": "mine", "order_field": "CREATED_AT", "order_direction": "DESC"}
    SavedView.objects.create(**columns)

    with pytest.raises(IntegrityError), transaction.atomic():
        SavedView.objects.create(**columns)
