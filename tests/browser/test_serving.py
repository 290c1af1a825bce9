"""How the pages are served: never stale, never executing what is not ours, small."""

import gzip
import json
import re
from urllib.request import Request, urlopen

import pytest

from project.settings import UI_DIR
from tests.live import running_cluster

BUDGET_BYTES = 150_000


@pytest.fixture
def get(cluster):
    def get(path, **headers):
        request = Request(cluster.url + path, headers=headers)
        with urlopen(request, timeout=10) as response:
            return response.headers, response.read()

    return get


@pytest.mark.parametrize(
    "path", ["/", "/app/tasks", "/app/tasks/any/thing", "/graphql/", "/api/docs/"]
)
def test_pages_are_never_cached_and_run_nothing_that_is_not_a_file_of_ours(get, path):
    headers, body = get(path, Accept="text/html")
    assert headers["cache-control"] == "no-store"
    directives = dict(
        part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";")
    )
    assert directives["default-src"] == "'none'"
    assert directives["script-src"] == directives["connect-src"] == "'self'"
    assert directives["frame-ancestors"] == "'none'"
    scripts = re.findall(rb"<script([^>]*)>(.*?)</script>", body, re.DOTALL)
    assert scripts
    assert all(b"src=" in attributes and not content for attributes, content in scripts)


def test_what_has_its_content_in_its_name_is_kept_for_ever_and_sent_compressed(get):
    script = re.search(rb'src="(/static/ui/[^"]+\.js)"', get("/")[1])[1].decode()
    headers, plain = get(script)
    assert headers["cache-control"] == "public, max-age=31536000, immutable"
    assert headers["vary"] == "Accept-Encoding"
    assert headers["content-encoding"] is None

    headers, compressed = get(script, **{"Accept-Encoding": "gzip"})
    assert headers["content-encoding"] == "gzip"
    assert headers["content-type"].startswith("text/javascript")
    assert gzip.decompress(compressed) == plain


def test_other_static_files_may_change(get):
    headers, _ = get("/static/admin/css/base.css", **{"Accept-Encoding": "gzip"})
    assert headers["cache-control"] is None


def test_the_first_load_keeps_its_budget():
    manifest = json.loads((UI_DIR / ".vite" / "manifest.json").read_text())
    chunks, wanted = set(), ["index.html"]
    while wanted:
        chunk = manifest[wanted.pop()]
        if chunk["file"] not in chunks:
            chunks.add(chunk["file"])
            wanted += chunk.get("imports", [])
    sizes = {file: (UI_DIR / f"{file}.gz").stat().st_size for file in chunks}
    assert sum(sizes.values()) < BUDGET_BYTES, sizes


def test_without_the_dashboard_there_is_a_plain_page(transactional_db):
    with running_cluster(UI="false") as cluster:
        status, body = cluster.request("GET", "/")
        assert status == 200
        assert "/api/docs/" in body
        assert "<script" not in body
        request = Request(f"{cluster.url}/graphql/", headers={"Accept": "text/html"})
        with urlopen(request, timeout=10) as response:
            assert b"GraphiQL is not built" in response.read()
