"""The schema as it is published."""

from pathlib import Path

from graphql import build_schema
from graphql.utilities import find_breaking_changes

from schema import schema

PUBLISHED = Path(__file__).resolve().parents[2] / "schema" / "schema.graphql"


def test_the_published_schema_is_the_one_that_is_served():
    published = PUBLISHED.read_text()
    served = schema.as_str()

    broken = find_breaking_changes(build_schema(published), build_schema(served))
    assert [change.description for change in broken] == []
    assert published.strip() == served.strip(), (
        "Run: ./run export_schema schema:schema --path schema/schema.graphql"
    )


def test_all_of_the_schema_is_described():
    described = build_schema(schema.as_str())

    nameless = []
    for name, kind in described.type_map.items():
        if name.startswith("__") or name in ("Boolean", "Float", "ID", "Int", "String"):
            continue
        parts = {name: kind}
        for field_name, field in getattr(kind, "fields", {}).items():
            parts[f"{name}.{field_name}"] = field
            for argument_name, argument in getattr(field, "args", {}).items():
                parts[f"{name}.{field_name}({argument_name})"] = argument
        for value_name, value in getattr(kind, "values", {}).items():
            parts[f"{name}.{value_name}"] = value
        nameless += [path for path, part in parts.items() if not part.description]

    assert nameless == []
