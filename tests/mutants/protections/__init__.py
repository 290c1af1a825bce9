"""The protections, by area: where each is in the code, and the tests that must fail without it."""

from tests.mutants.protections import (
    access,
    claims,
    cluster,
    graphql,
    log,
    schedules,
    streams,
    tasks,
    webhooks,
)

_AREAS = (access, claims, cluster, graphql, log, schedules, streams, tasks, webhooks)
PROTECTIONS = [protection for area in _AREAS for protection in area.PROTECTIONS]
