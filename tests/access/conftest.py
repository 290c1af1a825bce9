"""A cluster that requires authentication, and clients with and without credentials."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tasks_app.access import rate_limits
from tasks_app.models import ApiToken, Role
from tasks_app.services.access import authentication, tokens


@pytest.fixture(autouse=True)
def nothing_is_known(monkeypatch):
    """Forget the tokens and limits of other tests."""
    monkeypatch.setattr(authentication, "_known", {})
    monkeypatch.setattr(rate_limits, "_disabled_until", 0.0)


@pytest.fixture
def guarded(db, settings):
    """Serve the APIs to other machines, without rate limits."""
    settings.API_AUTH = "token"
    settings.API_RATE = settings.API_FAILURE_RATE = ""


@pytest.fixture
def make_token(db):
    def make(role=Role.VIEWER, name="somebody"):
        return tokens.create_token(name, role)

    return make


@pytest.fixture
def secrets(make_token):
    """Return valid and invalid secrets by their kind."""
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
