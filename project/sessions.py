"""Sessions in the database, which only look for keys that can exist."""

from django.contrib.sessions.backends import db


class SessionStore(db.SessionStore):
    """Django's store would query the database for any cookie, also for one with a NUL character."""

    def _validate_session_key(self, key: str | None) -> bool:
        is_valid = super()._validate_session_key(key)  # type: ignore[misc]
        return bool(is_valid) and str(key).isascii() and str(key).isalnum()
