"""`Query.ledger` over GraphQL."""

import pytest
from django.db import connection

from tasks_app import ledger
from tasks_app.ledger import shared
from tasks_app.models import TaskResult
from tests.support.working import run_all

LEDGER = """
    query {
      ledger {
        checkedAt durationMs holds
        invariants {
          name statement window subject query examined violations holds examples { key message }
        }
      }
    }
"""


@pytest.fixture(autouse=True)
def checks_that_are_not_shared(monkeypatch):
    monkeypatch.setattr(shared, "SHARED_SECONDS", -1)


def sums_of(checked):
    return next(each for each in checked["invariants"] if each["name"] == "sums")


def test_ledger_shows_each_invariant_with_the_query_behind_it(data, make_task, node):
    task = make_task(a=2, b=3)
    run_all()

    checked = data(LEDGER)["ledger"]

    assert checked["holds"] is True
    assert [each["name"] for each in checked["invariants"]] == [
        invariant.name for invariant in ledger.INVARIANTS
    ]
    assert all(each["holds"] and each["examples"] == [] for each in checked["invariants"])
    sums = sums_of(checked)
    assert (sums["statement"], sums["examined"]) == ("Each result is A + B.", 1)
    assert sums["window"].startswith("The latest 10,000 results.")
    assert "{" not in "".join(each["query"] + each["window"] for each in checked["invariants"])

    TaskResult.objects.update(result=6)
    checked = data(LEDGER)["ledger"]

    assert checked["holds"] is False
    sums = sums_of(checked)
    assert (sums["holds"], sums["violations"], sums["subject"]) == (False, 1, "TASK")
    assert sums["examples"] == [{"key": str(task.pk), "message": "2 + 3 is 5. The result is 6."}]


def test_query_that_is_shown_finds_the_same(data, make_task, node):
    make_task()
    run_all()
    TaskResult.objects.update(result=0)
    for invariant in data(LEDGER)["ledger"]["invariants"]:
        with connection.cursor() as cursor:
            cursor.execute(invariant["query"])
            [(examined, violations, examples)] = cursor.fetchall()
        assert (examined, violations) == (invariant["examined"], invariant["violations"])
        assert examples == invariant["examples"]


def test_check_that_takes_too_long_is_an_error_that_says_so(graphql, db, monkeypatch):
    def no_time_is_left(seconds):
        raise ledger.TooSlowError

    monkeypatch.setattr(ledger, "_limit", no_time_is_left)

    [error] = graphql.execute(LEDGER)["errors"]

    assert error["extensions"]["code"] == "TIMEOUT"
    assert "took longer than 5 seconds" in error["message"]


def test_requests_share_a_recent_check(data, monkeypatch):
    first = data(LEDGER)["ledger"]["checkedAt"]
    monkeypatch.setattr(shared, "SHARED_SECONDS", 60)

    assert data(LEDGER)["ledger"]["checkedAt"] == first

    monkeypatch.setattr(shared, "SHARED_SECONDS", -1)
    assert data(LEDGER)["ledger"]["checkedAt"] > first


def test_ledger_is_read_once_in_an_operation(graphql, db):
    [error] = graphql.execute("{ a: ledger { holds } b: ledger { holds } }")["errors"]

    assert error["extensions"]["code"] == "QUERY_TOO_COMPLEX"
