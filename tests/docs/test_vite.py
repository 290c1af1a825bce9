"""The page in the guide about other origins works at the port of Vite's development server."""

import re
import subprocess

import pytest
from playwright.sync_api import expect

from clients.generate import install_node_packages
from tests import node
from tests.browser.conftest import browser, chromium  # noqa: F401  fixtures
from tests.docs.pages import ROOT
from tests.docs.test_examples import REACT
from tests.support.cluster import running_cluster
from tests.support.waiting import TIMEOUT_FACTOR, eventually

GUIDE = (ROOT / "docs" / "how-to" / "another-origin.md").read_text()
ORIGIN = "http://localhost:5173"


@pytest.fixture
def vite(tmp_path):
    """The development server of a project in this folder."""
    node.need_node()
    install_node_packages(REACT)
    command = [REACT / "node_modules" / ".bin" / "vite", "--port", "5173", "--strictPort"]
    with subprocess.Popen(command, cwd=tmp_path) as process:
        yield
        process.terminate()


@pytest.mark.slow
def test_page_of_vite_creates_and_follows_a_task(transactional_db, tmp_path, vite, browser):  # noqa: F811
    [setting] = re.findall(r"CORS_ALLOWED_ORIGINS=(\S+) \./run$", GUIDE, re.MULTILINE)
    [code] = re.findall(r"```js\n(.*?)```", GUIDE, re.DOTALL)
    assert setting == ORIGIN
    with running_cluster("node-1", CORS_ALLOWED_ORIGINS=setting) as cluster:
        (tmp_path / "main.js").write_text(code.replace("http://localhost:8000", cluster.url))
        (tmp_path / "index.html").write_text(
            '<!doctype html><body><script type="module" src="/main.js"></script></body>'
        )
        page = browser.new_page()
        eventually(lambda: can_open(page))
        shown = re.compile("PENDING .*RUNNING .*SUCCESS 5")
        expect(page.locator("body")).to_contain_text(shown, timeout=30_000 * TIMEOUT_FACTOR)
        page.close()


def can_open(page):
    try:
        return page.goto(ORIGIN)
    except Exception:  # noqa: BLE001  Vite does not listen yet.
        return None
