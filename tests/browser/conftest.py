"""Chromium with a real cluster. Requests to other hosts and console errors fail the test."""

import os
import shutil
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect, sync_playwright

from project.settings import UI_DIR
from tests.browser.client import CHROMIUM, Client
from tests.support.up import running
from tests.support.waiting import TIMEOUT_FACTOR

TIMEOUT_MS = 15_000 * TIMEOUT_FACTOR


@pytest.fixture(scope="session")
def chromium():
    """Where the browser is. It is Debian's, because nothing is fetched from elsewhere."""
    if CHROMIUM is None:
        end = pytest.fail if "CI" in os.environ else pytest.skip
        end("apt-get install -y chromium-headless-shell")
    assert (UI_DIR / "index.html").exists(), "`./run test` builds the dashboard"
    return CHROMIUM


@pytest.fixture(scope="package")
def up(chromium):
    """All that `./run` starts: three nodes of two slots among it. The tests share it."""
    directory = Path(tempfile.mkdtemp(prefix="cluster-scheduler-tests-"))
    directory.chmod(0o711)
    with pytest.MonkeyPatch.context() as patch:
        # The receivers of webhooks are in the process of the tests.
        patch.setenv("WEBHOOK_ALLOWED_HOSTS", "127.0.0.1")
        with running(directory, "--workers=3", "--concurrency=2") as up:
            yield up
    shutil.rmtree(directory)


@pytest.fixture(scope="package")
def cluster(up):
    """A client of the running cluster."""
    return Client(f"http://127.0.0.1:{up.port}")


@pytest.fixture(scope="module")
def browser(chromium):
    # Playwright keeps an event loop in this thread; nothing on it waits for our queries.
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        expect.set_options(timeout=TIMEOUT_MS)
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def complaints():
    """What went wrong in the browser. A test that expects something there takes it out."""
    return []


@pytest.fixture
def context(browser, cluster, complaints):
    context = browser.new_context(
        base_url=cluster.url,
        viewport={"width": 1280, "height": 900},
        permissions=["clipboard-read", "clipboard-write"],
    )
    context.set_default_timeout(TIMEOUT_MS)
    foreign = []
    context.on(
        "request",
        lambda request: foreign.append(request.url) if not _is_ours(request.url) else None,
    )
    context.on("console", lambda message: _note(complaints, message))
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    yield context
    context.close()
    assert foreign == []
    assert complaints == []


@pytest.fixture
def page(context):
    return context.new_page()


@pytest.fixture
def ask(cluster):
    return cluster.ask


def _is_ours(url):
    parts = urlsplit(url)
    return parts.scheme in {"data", "blob"} or parts.hostname in {"localhost", "127.0.0.1"}


def _note(complaints, message):
    if message.type in {"error", "warning"}:
        complaints.append(message.text)
