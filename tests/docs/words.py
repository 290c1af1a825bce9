"""Finds home-made words in prose and names: `python -m tests.docs.words`.

Each finding names the standard term. Checked are the documentation, the GraphQL schema, the front
end, and the docstrings, comments and names of Python files.
"""

import io
import keyword
import re
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

from tests.docs.pages import ROOT, pages

# Words in prose, in any case. Keys are regular expressions of whole words.
PROSE = {
    "wish(?:es|ed)?": "input, request",
    "handed? over|handing over": "dispatch",
    "g[ia]ven? back|gives back": "requeue",
    "doors?": "API, interface, entry point",
    "entrances?": "authentication",
    "strangers?": "anonymous client",
    "doorbells?": "notifier",
    "lanes?": "thread",
    "pulses?": "cluster snapshot",
    "steer(?:s|ed|ing)?": "control",
    "heed(?:s|ed)?": "apply",
    "hasten(?:s|ed)?": "wake",
    "patience": "timeout",
    "told|tells": "sends, returns, reports",
    "folds?|folded|folding": "aggregate",
    "shall": "must, is",
    "beside": "besides, next to",
    "somebody|whoever|nobody|anybody|everybody|someone|anyone": "client, user, operator",
    "feeds?": "shared subscription",
    "seats?": "subscriber",
    "rooms?": "capacity, space",
    "so many|so much": "a number and its unit",
    "whatever becomes": "the outcome",
    "callers?": "actor",
}
# Parts of names, between underscores or capital letters.
NAMES = frozenset(
    (
        *("wish", "wishes", "faults", "doorbell", "door", "doors", "stranger", "strangers"),
        *("entrance", "feed", "feeds", "room", "rooms", "steer", "steered", "everybody", "someone"),
        *("patience", "lane", "lanes", "seat", "seats", "pulse", "steering", "heed", "hasten"),
        *("told", "tells", "somebody", "nobody", "whoever", "moved", "fold", "folded"),
    )
)
# Words that mean what they say: the lanes of a Gantt chart.
ALLOWED_PROSE = {"lane": ("frontend/src/pages/node/",), "lanes": ("frontend/src/pages/node/",)}
# Names that are not ours, or that mean the word: faults that are injected into nodes, os.nobody,
# and the fold of local times where clocks are set back (PEP 495).
ALLOWED_NAMES = {
    "faults": (
        "project/settings.py",
        "schema/",
        "tasks_app/services/",
        "tasks_app/worker/",
        "tests/",
    ),
    "nobody": ("project/standalone/",),
    "fold": ("schema/", "tasks_app/", "tests/recurrence/", "tests/backfill/"),
}

_PROSE = re.compile(rf"\b({'|'.join(PROSE)})\b", re.IGNORECASE)
_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)


def findings() -> Iterator[tuple[str, str]]:
    """Yield file and word of each home-made word."""
    for path in _files():
        name = str(path.relative_to(ROOT))
        for word in sorted(set(words_in(path))):
            if not name.startswith(ALLOWED_PROSE.get(word, "-")):
                yield name, word


def words_in(path: Path) -> Iterator[str]:
    """Yield each home-made word in the file."""
    text = path.read_text()
    if path.suffix == ".py":
        yield from _words_in_python(text, str(path.relative_to(ROOT)))
    elif path.suffix == ".md":
        yield from map(str.lower, _PROSE.findall(_CODE.sub("", text)))
    else:
        yield from map(str.lower, _PROSE.findall(text))


def _words_in_python(text: str, name: str) -> Iterator[str]:
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT or _is_docstring(token):
            yield from map(str.lower, _PROSE.findall(_CODE.sub("", token.string)))
        elif token.type == tokenize.NAME and not keyword.iskeyword(token.string):
            for part in map(str.lower, _PARTS.findall(token.string)):
                if part in NAMES and not name.startswith(ALLOWED_NAMES.get(part, ())):
                    yield part


def _is_docstring(token: tokenize.TokenInfo) -> bool:
    return token.type == tokenize.STRING and token.string.lstrip("rRfF").startswith('"""')


def _files() -> Iterator[Path]:
    yield from pages()
    yield ROOT / "schema" / "schema.graphql"
    yield ROOT / ".env.example"
    yield ROOT / "mkdocs.yml"
    yield ROOT / "run"
    for ending in ("ts", "tsx", "css"):
        yield from sorted((ROOT / "frontend" / "src").rglob(f"*.{ending}"))
    for folder in (
        "docs",
        "examples",
        "clients",
        "project",
        "schema",
        "tasks_app",
        "tests",
        "bench",
    ):
        for path in sorted((ROOT / folder).rglob("*.py")):
            is_foreign = {".packages", ".venv", "node_modules", "migrations", "generated"} & set(
                path.parts
            )
            if not is_foreign and path != Path(__file__):
                yield path


def main() -> int:
    """Print the findings and return the exit status."""
    found = list(findings())
    for name, word in found:
        standard = next(
            (term for pattern, term in PROSE.items() if re.fullmatch(pattern, word)), "see style"
        )
        print(f"{name}: {word!r}: write {standard}")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
