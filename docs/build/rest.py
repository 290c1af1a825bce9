"""The REST reference: every operation and every object of the OpenAPI description."""

from collections.abc import Iterator
from typing import Any

from docs.build.reference import cell

Json = dict[str, Any]


def page() -> str:
    """Return the page of the REST API."""
    from drf_spectacular.generators import SchemaGenerator

    description: Json = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    lines = [
        "# REST API",
        "",
        (
            f"{description['info']['description']} The same description is at `/api/schema/` "
            "(OpenAPI), and `/api/docs/` lets you try each operation. "
            "[Use the REST API](../how-to/rest-clients.md) has examples."
        ),
    ]
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            lines += ["", f"## {method.upper()} {path}", "", *_operation(operation)]
    lines += ["", "## Objects"]
    for name, schema in description["components"]["schemas"].items():
        lines += ["", f"### {name}", "", schema.get("description", ""), "", *_fields(schema)]
    return "\n".join(lines) + "\n"


def _operation(operation: Json) -> Iterator[str]:
    if "description" in operation:
        yield operation["description"] + "\n"
    if parameters := operation.get("parameters"):
        yield "| parameter | in | type | description |"
        yield "| --- | --- | --- | --- |"
        for each in parameters:
            text = cell(each.get("description", ""))
            yield f"| `{each['name']}` | {each['in']} | {_type(each['schema'])} | {text} |"
        yield ""
    if content := operation.get("requestBody", {}).get("content"):
        yield f"Request body: {_type(next(iter(content.values()))['schema'])}.\n"
    for status, response in operation["responses"].items():
        content = response.get("content")
        body = _type(next(iter(content.values()))["schema"]) if content else "no body"
        text = response.get("description", "")
        yield f"- `{status}`: {body}{f'. {cell(text)}' if text else ''}"


def _fields(schema: Json) -> Iterator[str]:
    if values := schema.get("enum"):
        yield ", ".join(f"`{value}`" for value in values)
    if properties := schema.get("properties"):
        yield "| field | type | description |"
        yield "| --- | --- | --- |"
        for name, field in properties.items():
            required = " (required)" if name in schema.get("required", []) else ""
            yield f"| `{name}`{required} | {_type(field)} | {cell(_about(field))} |"


def _about(field: Json) -> str:
    parts = [field.get("description", "")]
    parts += [f"Default `{field['default']}`." if "default" in field else ""]
    if "minimum" in field or "maximum" in field:
        parts.append(f"From {field.get('minimum', '…')} to {field.get('maximum', '…')}.")
    return " ".join(part for part in parts if part)


def _type(schema: Json) -> str:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    for several in ("allOf", "oneOf", "anyOf"):
        if several in schema:
            return " or ".join(_type(each) for each in schema[several])
    if schema.get("type") == "array":
        return f"array of {_type(schema['items'])}"
    kind = schema.get("type", "any")
    kind = " or ".join(kind) if isinstance(kind, list) else kind
    form = f" ({schema['format']})" if "format" in schema else ""
    return f"{kind}{form}{', or null' if schema.get('nullable') else ''}"
