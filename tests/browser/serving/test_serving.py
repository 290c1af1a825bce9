"""How pages are served: never from a cache, without foreign scripts, and small."""

import gzip
import json
import re
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from project.settings import UI_DIR
from tests.support.cluster import running_cluster

BUDGET_BYTES = 180_000


@pytest.fixture
def get(cluster):
    def get(path, **headers):
        request = Request(cluster.url + path, headers=headers)
        with urlopen(request, timeout=10) as response:
            return response.headers, response.read()

    return get


@pytest.mark.parametrize(
    "path", ["/", "/app/", "/app/tasks", "/app/tasks/any/thing", "/graphql/", "/api/docs/"]
)
def test_page_is_not_cached_and_runs_only_scripts_of_this_site(get, path):
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


def test_hashed_asset_is_immutable_and_compressed(get):
    script = re.search(rb'src="(/static/ui/[^"]+\.js)"', get("/")[1])[1].decode()
    headers, plain = get(script)
    assert headers["cache-control"] == "public, max-age=31536000, immutable"
    assert headers["vary"] == "Accept-Encoding"
    assert headers["content-encoding"] is None

    headers, compressed = get(script, **{"Accept-Encoding": "gzip"})
    assert headers["content-encoding"] == "gzip"
    assert headers["content-type"].startswith("text/javascript")
    assert gzip.decompress(compressed) == plain


def test_other_static_file_is_not_immutable(get):
    headers, _ = get("/static/admin/css/base.css", **{"Accept-Encoding": "gzip"})
    assert headers["cache-control"] is None


def test_dashboard_keeps_its_size_budget():
    manifest = json.loads((UI_DIR / ".vite" / "manifest.json").read_text())
    chunks, wanted = set(), ["index.html"]
    while wanted:
        chunk = manifest[wanted.pop()]
        if chunk["file"] not in chunks:
            chunks.add(chunk["file"])
            wanted += chunk.get("imports", [])
    sizes = {file: (UI_DIR / f"{file}.gz").stat().st_size for file in chunks}
    assert sum(sizes.values()) < BUDGET_BYTES, sizes


def test_unknown_url_is_a_page_for_browsers_and_json_for_programs(cluster):
    for accept, content_type, text in (
        ("text/html,*/*;q=0.8", "text/html; charset=utf-8", "Page not found"),
        ("application/json", "application/json", '"Not found."'),
    ):
        with pytest.raises(HTTPError) as raised:
            urlopen(Request(f"{cluster.url}/nope%3Cb%3E", headers={"Accept": accept}), timeout=10)
        response = raised.value
        assert (response.code, response.headers["content-type"]) == (404, content_type)
        body = response.read().decode()
        assert text in body
        assert "<b>" not in body
        if "html" in accept:
            assert "default-src 'none'" in response.headers["content-security-policy"]


def test_without_the_dashboard_there_is_a_plain_page(transactional_db):
    with running_cluster(UI="false") as cluster:
        status, body = cluster.request("GET", "/")
        assert status == 200
        assert "/api/docs/" in body
        assert "<script" not in body
        request = Request(f"{cluster.url}/graphql/", headers={"Accept": "text/html"})
        with urlopen(request, timeout=10) as response:
            assert b"GraphiQL is not built" in response.read()
