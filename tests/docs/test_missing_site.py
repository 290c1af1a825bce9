"""Without a built documentation site, /docs/ says how to build it."""

import asyncio

from project.documentation import Documentation


def test_site_that_is_not_built_says_how_to_build_it(settings, tmp_path):
    settings.DOCUMENTATION_DIR = tmp_path / "site"
    scope = {"type": "http", "method": "GET", "path": "/docs/", "headers": []}

    response = asyncio.run(Documentation().get_response("index.html", scope))

    assert response.status_code == 404
    assert b"./run docs" in response.body
