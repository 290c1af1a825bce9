"""The reference of the search language: its keys and the forms of their values."""

from docs.build.reference import cell


def page() -> str:
    """Return the page of the search language."""
    from tasks_app.search import KEYS, Kind

    lines = [
        "# Search language",
        "",
        (
            "The keys of a search for tasks, such as `queue:email status:failed`. "
            "[Search tasks](../how-to/search.md) describes the language."
        ),
        "",
        "| key | matches | values | found by |",
        "| --- | --- | --- | --- |",
    ]
    for key in KEYS.values():
        values = _code(key.choices) if key.choices else key.kind.form
        lines.append(f"| `{key.name}` | {cell(key.description)} | {values} | {key.served_by} |")
    lines += ["", "| values | examples |", "| --- | --- |"]
    lines += [f"| {kind.form} | {_code(kind.examples)} |" for kind in Kind if kind.examples]
    return "\n".join(lines) + "\n"


def _code(texts: tuple[str, ...]) -> str:
    return ", ".join(f"`{text}`" for text in texts)
