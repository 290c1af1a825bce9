"""Persisted documents: Automatic Persisted Queries, and an allow list of trusted documents.

Without GRAPHQL_TRUSTED_DOCUMENTS, a client registers a document by sending its text with its hash
(Apollo's protocol). Each process keeps the registered documents in memory; if it does not know a
hash, the client sends the text again. With the setting, only the documents of a manifest are
executed.
"""

import hashlib
import json
from collections import OrderedDict
from pathlib import Path
from threading import Lock

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from graphql import GraphQLError

DOCUMENTS_MAX = 1_000
LENGTH_MAX = 20_000


class DocumentError(GraphQLError):
    """The document of a request is unknown or not allowed. The message is for the client."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message, extensions={"code": code})
        self.code = code


def _load(path: str) -> dict[str, str] | None:
    if not path:
        return None
    try:
        manifest = json.loads(Path(path).read_text())
    except (OSError, ValueError) as error:
        message = f"GRAPHQL_TRUSTED_DOCUMENTS: cannot read {path}: {error}."
        raise ImproperlyConfigured(message) from error
    if not isinstance(manifest, dict) or not all(isinstance(v, str) for v in manifest.values()):
        message = f"GRAPHQL_TRUSTED_DOCUMENTS: {path} must be a JSON object of hash and document."
        raise ImproperlyConfigured(message)
    return manifest


_trusted = _load(settings.GRAPHQL_TRUSTED_DOCUMENTS)
_trusted_texts = frozenset((_trusted or {}).values())
_registered: OrderedDict[str, str] = OrderedDict()
_lock = Lock()


def is_persisted(extensions: object) -> bool:
    """Return whether the extensions of a request contain the hash of a document."""
    return isinstance(extensions, dict) and extensions.get("persistedQuery") is not None


def resolve(query: str, extensions: dict[str, object] | None) -> str:
    """Return the text of a request's document; empty if the request names none.

    Args:
        query: The text in the request, empty if it has none.
        extensions: The extensions of the request. `persistedQuery` contains the hash.

    Raises:
        DocumentError: The hash is unknown, does not match the text, or the document is not allowed.
    """
    persisted = (extensions or {}).get("persistedQuery")
    if persisted is None:
        verify(query)
        return query
    hash = persisted.get("sha256Hash") if isinstance(persisted, dict) else None
    if not isinstance(hash, str):
        message = "`extensions.persistedQuery.sha256Hash` must be a string."
        raise DocumentError(message, "BAD_REQUEST")
    if _trusted is not None:
        # The hashes of a manifest may be of any algorithm: they are only looked up.
        if query:
            verify(query)
            return query
        if hash not in _trusted:
            raise _not_found()
        return _trusted[hash]
    return _register(hash, query) if query else _look_up(hash)


def verify(query: str) -> None:
    """Raise DocumentError if only trusted documents are allowed and this is none of them."""
    if query and _trusted is not None and query not in _trusted_texts:
        message = "The document is not trusted. Use one of the manifest GRAPHQL_TRUSTED_DOCUMENTS."
        raise DocumentError(message, "DOCUMENT_NOT_TRUSTED")


def _register(hash: str, query: str) -> str:
    if hashlib.sha256(query.encode()).hexdigest() != hash:
        message = "`extensions.persistedQuery.sha256Hash` is not the SHA-256 of the query."
        raise DocumentError(message, "BAD_REQUEST")
    if len(query) <= LENGTH_MAX:
        with _lock:
            _registered[hash] = query
            _registered.move_to_end(hash)
            if len(_registered) > DOCUMENTS_MAX:
                _registered.popitem(last=False)
    return query


def _look_up(hash: str) -> str:
    with _lock:
        if hash not in _registered:
            raise _not_found()
        _registered.move_to_end(hash)
        return _registered[hash]


def _not_found() -> DocumentError:
    # Clients of Apollo's protocol compare the message.
    return DocumentError("PersistedQueryNotFound", "PERSISTED_QUERY_NOT_FOUND")
