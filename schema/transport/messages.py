"""JSON from clients of any transport, with limits on its size."""

import json
import re

from django.conf import settings
from django.http.request import split_domain_port, validate_host

# Ten thousand new tasks in a list, and the deepest condition that `where` admits.
LENGTH_MAX = 10_000
DEPTH_MAX = 25
# A lone surrogate is valid in JSON, but neither in PostgreSQL nor in UTF-8.
_SURROGATE = re.compile(r"\\u[dD][89abcdefABCDEF]")


def parse(text: str) -> dict[str, object]:
    """Return the JSON object in the text.

    Raises:
        ValueError: It is not valid. The message is the predicate of a sentence.
    """
    try:
        value = json.loads(text)
    except (RecursionError, ValueError) as error:
        raise ValueError("must be JSON") from error
    if not isinstance(value, dict):
        raise ValueError("must be a JSON object")  # noqa: TRY004  a wrong value of the client
    if not _is_bounded(value, DEPTH_MAX):
        raise ValueError(
            f"must not be nested more than {DEPTH_MAX} levels deep, or have a list or an object of"
            f" more than {LENGTH_MAX:,} elements"
        )
    if _SURROGATE.search(text) and not _is_text(value):
        raise ValueError("must not contain unpaired surrogates")
    return value


def too_large() -> str:
    """Return the error of a request whose body is larger than the settings permit."""
    return f"The request body is larger than {settings.DATA_UPLOAD_MAX_MEMORY_SIZE:,} bytes."


def is_our_host(host: str) -> bool:
    """Return whether ALLOWED_HOSTS contains the host. Prevents DNS rebinding."""
    return validate_host(split_domain_port(host)[0], settings.ALLOWED_HOSTS)


def _is_bounded(value: object, depth: int) -> bool:
    """Return whether the value is within the limits of depth and length."""
    if not isinstance(value, dict | list):
        return True
    if not depth or len(value) > LENGTH_MAX:
        return False
    inner = value.values() if isinstance(value, dict) else value
    return all(_is_bounded(item, depth - 1) for item in inner)


def _is_text(value: object) -> bool:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True
