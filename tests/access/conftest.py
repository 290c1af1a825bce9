"""A cluster where nobody may anything who has not said who they are, and some who can."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tasks_app import rate_limits
from tasks_app.models import ApiToken, Role
from tasks_app.services import authentication, tokens


@pytest.fixture(autouse=True)
def nothing_is_known(monkeypatch):
    """Of tokens and callers of other tests."""
    monkeypatch.setattr(authentication, "_known", {})
    monkeypatch.setattr(rate_limits, "_disabled_until", 0.0)


@pytest.fixture
def guarded(db, settings):
    """The doors as they are where others can reach them, but for the limits."""
    settings.API_AUTH = "token"
    settings.API_RATE = settings.API_FAILURE_RATE = ""


@pytest.fixture
def make_token(db):
    def make(role=Role.VIEWER, name="somebody"):
        return tokens.create_token(name, role)

    return make


@pytest.fixture
def secrets(make_token):
    """What opens the doors, and what looks as if it did, by what it is."""
    expired, revoked = make_token(Role.ADMIN), make_token(Role.ADMIN)
    ApiToken.objects.filter(pk=expired.token.pk).update(
        expires_at=timezone.now() - timedelta(seconds=1)
    )
    tokens.revoke_token(revoked.token.pk)
    return {
        "nothing": None,
        "wrong": "cst_wrong",
        "expired": expired.secret,
        "revoked": revoked.secret,
        **{role.name: make_token(role).secret for role in Role},
    }


def bearer(secret):
    return {} if secret is None else {"Authorization": f"Bearer {secret}"}
