"""JSON from clients, whatever carries it: bounded before anything else looks at it."""

import json
import re
from typing import Any

from django.conf import settings
from django.http.request import split_domain_port, validate_host

# Ten thousand new tasks in a list, and the deepest condition that `where` admits.
LENGTH_MAX = 10_000
DEPTH_MAX = 25
# Of two that make one: JSON can say it alone, but neither a database nor a response can.
_HALF_A_CHARACTER = re.compile(r"\\u[dD][89abcdefABCDEF]")


def parse(text: str) -> dict[str, Any]:
    """Raises ValueError: what is wrong with the text, as the end of a sentence."""
    try:
        value = json.loads(text)
    except (RecursionError, ValueError) as error:
        raise ValueError("is not JSON") from error
    if not isinstance(value, dict):
        raise ValueError("must be a JSON object")  # noqa: TRY004  the text is at fault, not its type
    if not _is_bounded(value, DEPTH_MAX):
        raise ValueError("is nested too deeply or has too long a list")
    if _HALF_A_CHARACTER.search(text) and not _is_text(value):
        raise ValueError("has half a character in it")
    return value


def is_our_host(host: str) -> bool:
    """Whether Django would answer under this name, too: other names may be another site's trick."""
    return validate_host(split_domain_port(host)[0], settings.ALLOWED_HOSTS)


def _is_bounded(value: object, depth: int) -> bool:
    """At most so deep, and no list longer than can be used."""
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
