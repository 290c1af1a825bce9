"""Generates the reference pages from the code, so that they cannot disagree with it."""

import ast
import os
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

_SETTING = re.compile(r"# ([A-Z][A-Z0-9_]+)=(.*)")


def write(folder: Path) -> None:
    """Write every generated page into the folder."""
    _set_up_django()
    from docs.build import commands, graphql, rest, search

    pages = {
        "settings": settings_page(),
        "metrics": metrics_page(),
        "graphql": graphql.page(),
        "events": graphql.events_page(),
        "rest": rest.page(),
        "commands": commands.page(),
        "search": search.page(),
    }
    for name, text in pages.items():
        (folder / f"{name}.md").write_text(text)


def _set_up_django() -> None:
    """Load the applications. Nothing here connects to a database or to a broker."""
    os.environ.setdefault("SECRET_KEY", "only for the documentation")
    os.environ.setdefault("API_AUTH", "open")
    os.environ.setdefault("DATABASE_URL", "postgres://nobody@127.0.0.1:1/none")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
    import django

    django.setup(set_prefix=False)


def settings_page() -> str:
    """Return the page of settings: each variable of .env.example with its default."""
    lines = [
        "# Settings",
        "",
        (
            "Environment variables, as `.env.example` lists them. `docker compose` reads them from "
            "a file `.env`; `./run` reads them from the shell."
        ),
    ]
    for section, name, default, text in settings():
        if f"## {section}" not in lines:
            lines += [
                "",
                f"## {section}",
                "",
                "| variable | default | meaning |",
                "| --- | --- | --- |",
            ]
        lines.append(f"| `{name}` | {f'`{default}`' if default else 'empty'} | {cell(text)} |")
    return "\n".join(lines) + "\n"


def settings() -> Iterator[tuple[str, str, str, str]]:
    """Yield section, name, default and description of each variable in .env.example."""
    section, comment = "", list[str]()
    for line in (ROOT / ".env.example").read_text().splitlines():
        if line.startswith("# --- "):
            section, comment = line.removeprefix("# --- "), []
        elif match := _SETTING.fullmatch(line):
            yield section, match[1], match[2], " ".join(comment)
            comment = []
        elif line.startswith("# "):
            comment.append(line.removeprefix("# "))
        else:
            comment = []


def metrics_page() -> str:
    """Return the page of metrics: what `/metrics` exports."""
    lines = [
        "# Metrics",
        "",
        (
            "`GET /metrics` returns these in the Prometheus text format. "
            "[Monitor](../how-to/monitor.md) shows how to scrape them."
        ),
        "",
        "| metric | type | labels | meaning |",
        "| --- | --- | --- | --- |",
    ]
    for name, kind, labels, text in metrics():
        exported = f"{name}_total" if kind == "counter" else name
        labels_cell = ", ".join(f"`{label}`" for label in labels)
        lines.append(f"| `{exported}` | {kind} | {labels_cell} | {cell(text)} |")
    return "\n".join(lines) + "\n"


def metrics() -> Iterator[tuple[str, str, list[str], str]]:
    """Yield name, type, labels and description of each metric family in the exporter's source."""
    for node in ast.walk(ast.parse((ROOT / "tasks_app" / "prometheus.py").read_text())):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
            continue
        kind = node.func.id.removesuffix("MetricFamily")
        if kind != node.func.id:
            name, text = (ast.literal_eval(argument) for argument in node.args[:2])
            labels = [ast.literal_eval(k.value) for k in node.keywords if k.arg == "labels"]
            yield name, kind.lower(), labels[0] if labels else [], text


def cell(text: str) -> str:
    """Return the text as the content of one cell of a Markdown table."""
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")
