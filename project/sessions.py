"""Sessions in the database: Django's own, for keys that can be one."""

from django.contrib.sessions.backends import db


class SessionStore(db.SessionStore):
    """Django's own would ask the database for whatever a cookie holds, NUL too."""

    def _validate_session_key(self, key: str | None) -> bool:
        is_valid = super()._validate_session_key(key)  # type: ignore[misc]
        return bool(is_valid) and str(key).isascii() and str(key).isalnum()
