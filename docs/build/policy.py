"""A Content-Security-Policy for the built pages, which permits their own inline scripts only."""

import base64
import hashlib
import re
from pathlib import Path

_INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


def protect(site: Path) -> None:
    """Add to each page of the site a policy that names its inline scripts by their hashes.

    The server sends the other directives (`project/documentation.py`). Browsers apply both.

    Args:
        site: The folder of the built site.
    """
    for page in site.rglob("*.html"):
        html = page.read_text()
        hashes = {_hash(script) for script in _INLINE_SCRIPT.findall(html)}
        sources = " ".join(["'self'", *sorted(hashes)])
        meta = f'<meta http-equiv="Content-Security-Policy" content="script-src {sources}">'
        page.write_text(html.replace("<head>", f"<head>{meta}", 1))


def _hash(script: str) -> str:
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return f"'sha256-{digest}'"
