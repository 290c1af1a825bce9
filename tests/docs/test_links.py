"""Links between pages lead to files and headings that exist."""

import re

import pytest

from docs.build.reference import settings
from tests.docs.pages import ROOT, pages

_LINK = re.compile(
    r"(?<!\!)\[[^\]]*\]\(([^)\s]+)\)|\!\[[^\]]*\]\(([^)\s]+)\)|srcs?e?t?=\"([^\"]+)\""
)
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_SETTING = re.compile(r"`([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)`")

# The generated pages exist after a build only; the site's own check follows links to them.
GENERATED = {
    *("graphql.md", "rest.md", "settings.md", "commands.md", "metrics.md", "events.md"),
    "search.md",
}


def slug(heading):
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    for groups in _LINK.findall(page.read_text()):
        target = next(filter(None, groups))
        if re.match(r"https?:|mailto:", target):
            continue
        path, _, anchor = target.partition("#")
        linked = (page.parent / path).resolve() if path else page
        if linked.name in GENERATED and linked.parent.name == "reference":
            continue
        assert linked.exists(), target
        if anchor:
            headings = {slug(heading) for heading in _HEADING.findall(linked.read_text())}
            assert anchor in headings, target


def test_settings_in_prose_are_settings():
    known = {name for _, name, _, _ in settings()}
    not_settings = {
        # Statuses, outcomes, reasons, kinds and error codes.
        *re.findall(r"^  ([A-Z_]+)$", (ROOT / "schema/schema.graphql").read_text(), re.MULTILINE),
        *(
            "STREAM_GAP",
            "STATE_DIR",
            "PG_BIN",
            "PG_OLD_BIN",
            "CHAOS_SEED",
            "FUZZ_CASES",
            "FORWARDED_ALLOW_IPS",
        ),
        *("SKIP_LOCKED", "HTTP_LANES", "STREAM_LANES", "TASK_HANDOVER_SECONDS", "TASK_GIVEN_BACK"),
        *(
            "UVICORN_HOST",
            "CLUSTER_TOKEN",
            "BAD_REQUEST",
            "BAD_USER_INPUT",
            "QUERY_TOO_COMPLEX",
            "SUBSCRIPTION_TRANSPORT_REQUIRED",
        ),
        *("METHOD_NOT_ALLOWED", "NOT_ACCEPTABLE", "PAYLOAD_TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE"),
        *(
            "RATE_LIMITED",
            "DATABASE_UNAVAILABLE",
            "TOO_MANY_CONNECTIONS",
            "DOCUMENT_NOT_TRUSTED",
            "GRAPHQL_PARSE_FAILED",
            "GRAPHQL_VALIDATION_FAILED",
            "PERSISTED_QUERY_NOT_FOUND",
        ),
    }
    for page in pages():
        unknown = set(_SETTING.findall(page.read_text())) - known - not_settings
        assert not unknown, page.name


def test_every_setting_is_in_the_reference():
    source = (ROOT / "project" / "settings.py").read_text()
    read = set(re.findall(r"env\.\w+\(\s*[\"']([A-Z_]+)[\"']", source))
    assert read <= {name for _, name, _, _ in settings()}
