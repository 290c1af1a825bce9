"""The schema as it is published."""

import re
from pathlib import Path

from graphql import build_schema
from graphql.utilities import find_breaking_changes

from schema import schema

BUILT_IN = {"Boolean", "Float", "ID", "Int", "String"}
# Home-made words of earlier versions.
HOME_MADE = re.compile(
    r"\b(doors?|wish(es)?|told|tells?|beside|seats?|lanes?|doorbell|whoever|whose it is|somebody"
    r"|nobody|so many|given back|heard of|fold(ed)?|stranger|patience|pulse|tail|steered)\b",
    re.IGNORECASE,
)
PUBLISHED = Path(__file__).resolve().parents[2] / "schema" / "schema.graphql"


def test_the_published_schema_is_the_one_that_is_served():
    published = PUBLISHED.read_text()
    served = schema.as_str()

    broken = find_breaking_changes(build_schema(published), build_schema(served))
    assert [change.description for change in broken] == []
    assert published.strip() == served.strip(), (
        "Run: ./run export_schema schema:schema --path schema/schema.graphql"
    )


def descriptions():
    """Yield the path and the description of everything that the schema describes."""
    for type_name, type_ in build_schema(schema.as_str()).type_map.items():
        if type_name.startswith("__") or type_name in BUILT_IN:
            continue
        yield type_name, type_.description
        for name, value in getattr(type_, "values", {}).items():
            yield f"{type_name}.{name}", value.description
        for name, field in getattr(type_, "fields", {}).items():
            yield f"{type_name}.{name}", field.description
            for argument, described in getattr(field, "args", {}).items():
                yield f"{type_name}.{name}({argument})", described.description


def test_every_description_is_a_sentence_of_its_own():
    wrong = [
        (path, text)
        for path, text in descriptions()
        if not text or not text.endswith(".") or len(text.split()) < 3 or HOME_MADE.search(text)
    ]

    assert wrong == []
