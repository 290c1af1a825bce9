"""What clients see while the database is away, and when a web process stops."""

from django.db import connection

from tasks_app.models import Role
from tasks_app.services.access import tokens
from tests.access.conftest import bearer
from tests.subscriptions.client import socket
from tests.subscriptions.test_event_stream import FOLLOW, next_block, stream
from tests.support.cluster import running_cluster
from tests.support.waiting import eventually


def test_while_postgresql_is_away_tokens_are_answered_503(transactional_db, own_engines):
    headers = bearer(tokens.create_token("somebody", Role.VIEWER).secret)
    with running_cluster(API_AUTH="token") as server:
        own_engines.postgres.kill()
        try:
            with stream(server, method="GET", query="?query={viewer{name}}", **headers) as answer:
                assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
            status, said = server.request("GET", "/graphql/?query={__typename}", headers=headers)
            assert (status, said["errors"][0]["extensions"]["code"]) == (
                503,
                "DATABASE_UNAVAILABLE",
            )
            status, said = server.request("GET", "/tasks/", headers=headers)
            assert (status, list(said)) == (503, ["detail"])
            with socket(server, init=False) as client:
                client.send("connection_init", payload=headers)
                assert client.close_code() == 1013
        finally:
            own_engines.postgres.start()
            connection.close()

        eventually(lambda: server.request("GET", "/tasks/", headers=headers)[0] == 200)


def test_event_streams_end_when_their_process_stops(transactional_db):
    with running_cluster() as server, stream(server, {"query": FOLLOW}) as answer:
        assert "retry" in next_block(answer)
        server.processes["web"].terminate()

        # One that is cut raises IncompleteRead.
        answer.read()
