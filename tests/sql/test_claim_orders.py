"""The cost of a claim: no policy reads all due tasks."""

import json

import pytest
from django.db import connection

from tasks_app.policy import orders
from tasks_app.services.scheduling import set_scheduling_policy
from tasks_app.sql.claiming.claims import candidates
from tasks_app.sql.claiming.scheduling import Scheduling
from tasks_app.sql.db import fetch

pytestmark = pytest.mark.django_db

COUNT = 3_000
# Ten priorities and two groups, of each the few first tasks, and the steps between the groups.
READ_MAX = 150

_INSERT = f"""
    INSERT INTO tasks_app_task (id, a, b, priority, duration_ms, due_at)
    SELECT gen_random_uuid(), n, 0, n % 10, n % 2 * n, now() - n * interval '1 second'
      FROM generate_series(1, {COUNT}) AS n
"""


def rows_read(plan):
    """Return the number of rows that the scans of a plan returned or filtered out."""
    total = sum(map(rows_read, plan.get("Plans", ())))
    if plan.get("Relation Name") == "tasks_app_task":
        rows = plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)
        total += rows * plan["Actual Loops"]
    return total


@pytest.mark.parametrize("policy", orders.NAMES)
def test_first_tasks_are_found_without_reading_all(node, policy):
    set_scheduling_policy(policy)
    fetch(_INSERT)
    fetch("ANALYZE tasks_app_task")
    statements = []

    def explain(execute, sql, params, many, context):
        statements.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explain):
        found = candidates(["default"], Scheduling(policy))
    [(sql, params)] = statements
    [(plan,)] = fetch(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", params)
    [plan] = json.loads(plan) if isinstance(plan, str) else plan

    assert len(found) == 2
    assert 0 < rows_read(plan["Plan"]) <= READ_MAX
