"""The pages of the documentation and the blocks of code in them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_GENERATED = {"graphql", "rest", "settings", "commands", "metrics", "events", "search"}


@dataclass(frozen=True)
class Block:
    """A fenced block of code.

    Attributes:
        page: The page's path, relative to the root of the repository.
        number: The block's place on the page, from 1.
        language: The word after the fence.
        code: The text between the fences.
    """

    page: str
    number: int
    language: str
    code: str

    def __str__(self) -> str:
        return f"{self.page}:{self.number}"


def pages() -> list[Path]:
    """Return every page that is written by hand."""
    top = sorted(path for path in ROOT.glob("*.md"))
    below = sorted(
        path for folder in ("docs", "examples", "clients") for path in (ROOT / folder).rglob("*.md")
    )
    return [
        path
        for path in [*top, *below]
        if not {".packages", ".venv", "node_modules"} & set(path.parts)
        and not (path.parent.name == "reference" and path.stem in _GENERATED)
    ]


def blocks(*languages: str) -> list[Block]:
    """Return the blocks of all pages in these languages."""
    return [block for page in pages() for block in _blocks_of(page) if block.language in languages]


def _blocks_of(page: Path) -> Iterator[Block]:
    for number, (language, code) in enumerate(_FENCE.findall(page.read_text()), 1):
        yield Block(str(page.relative_to(ROOT)), number, language, code)
