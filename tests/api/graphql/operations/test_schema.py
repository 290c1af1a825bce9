"""The schema as it is published."""

import re
from pathlib import Path

from graphql import Undefined, build_schema, is_non_null_type
from graphql.utilities import find_breaking_changes

from schema import schema
from schema.core import prefetch

BUILT_IN = {"Boolean", "Float", "ID", "Int", "String"}
# Home-made words of earlier versions.
HOME_MADE = re.compile(
    r"\b(doors?|wish(es)?|told|tells?|beside|seats?|lanes?|doorbell|whoever|whose it is|somebody"
    r"|nobody|so many|given back|heard of|fold(ed)?|stranger|patience|pulse|tail|steered)\b",
    re.IGNORECASE,
)
# What is left out or null changes nothing, or matches everything.
SAYS_NULL = re.compile(r"null|default|^matches", re.IGNORECASE)
PUBLISHED = Path(__file__).resolve().parents[4] / "schema" / "schema.graphql"


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


def values():
    """Yield the path, type, default and description of every field, argument and input field."""
    for type_ in build_schema(schema.as_str()).type_map.values():
        if type_.name.startswith("__") or getattr(type_, "is_one_of", False):
            continue
        for name, field in getattr(type_, "fields", {}).items():
            default = getattr(field, "default_value", Undefined)
            yield f"{type_.name}.{name}", field.type, default, field.description
            for argument, described in getattr(field, "args", {}).items():
                path = f"{type_.name}.{name}({argument})"
                yield path, described.type, described.default_value, described.description


def test_every_description_says_the_default_and_what_null_means():
    wrong = [
        path
        for path, type_, default, text in values()
        if (default not in (None, Undefined) and "default" not in text.lower())
        or not (is_non_null_type(type_) or SAYS_NULL.search(text))
    ]

    assert wrong == []


def test_every_prefetch_is_of_a_field_of_its_type():
    types = build_schema(schema.as_str()).type_map

    names = [(model.__name__, field) for model, field in prefetch._loads]

    assert len(names) > 10
    assert [
        (type_, field) for type_, field in names if field not in getattr(types[type_], "fields", {})
    ] == []
