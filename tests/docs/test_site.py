"""The built documentation site is complete, and a browser shows it without other sites."""

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from project.documentation import Documentation
from tests.browser.conftest import browser, chromium  # noqa: F401  fixtures
from tests.docs.pages import ROOT
from tests.support.cluster import running_cluster

SITE = ROOT / "site"


@pytest.fixture
def site():
    if not (SITE / "index.html").exists():
        (pytest.fail if "CI" in os.environ else pytest.skip)("./run docs")
    return SITE


@pytest.fixture
def server(django_db_setup):
    with running_cluster() as cluster:
        yield cluster


def test_reference_has_every_root_field(site):
    from schema import schema

    page = (site / "reference" / "graphql" / "index.html").read_text()
    for root in ("Query", "Mutation", "Subscription"):
        for name in schema._schema.type_map[root].fields:  # type: ignore[attr-defined]
            assert f">{name}<" in page


def test_pages_have_a_policy_without_inline_scripts(site):
    for page in site.rglob("*.html"):
        html = page.read_text()
        assert "Content-Security-Policy" in html
        assert "'unsafe-inline'" not in html
        assert "onclick=" not in html


@pytest.mark.slow
def test_browser_shows_and_searches_the_site(site, server, browser):  # noqa: F811
    problems, hosts = [], set()
    page = browser.new_page()
    page.on("console", lambda message: message.type == "error" and problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))

    page.goto(f"{server.url}/docs")
    expect(page.get_by_role("heading", name="Cluster scheduler")).to_be_visible()
    page.get_by_role("link", name="Tutorial", exact=True).first.click()
    expect(page.get_by_role("heading", name="Tutorial", exact=False).first).to_be_visible()
    search = page.get_by_role("textbox", name="Search")
    search.click()
    expect(page.get_by_text("Type to start searching")).to_be_visible()
    search.press_sequentially("idempotency")
    expect(page.locator(".md-search-result__item").first).to_be_visible()

    assert not problems
    assert {host for host in hosts if host} == {urlsplit(server.url).netloc}
    page.close()


def test_site_that_is_not_built_says_how_to_build_it(settings, tmp_path):
    settings.DOCUMENTATION_DIR = tmp_path / "site"
    scope = {"type": "http", "method": "GET", "path": "/docs/", "headers": []}

    # The browser of other tests keeps an event loop in this thread.
    with ThreadPoolExecutor(1) as thread:
        response = thread.submit(
            lambda: asyncio.run(Documentation().get_response("index.html", scope))
        ).result()

    assert response.status_code == 404
    assert b"./run docs" in response.body
