"""Build the documentation site: `python -m docs.build` (`./run docs` installs what it needs)."""

import os
import subprocess
import sys
from pathlib import Path

from docs.build import policy, reference

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    """Generate the reference, build the site strictly, and return the exit status."""
    reference.write(ROOT / "docs" / "reference")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", *sys.argv[1:]]
    # Material advertises its successor on each build.
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1", "DISABLE_MKDOCS_2_WARNING": "true"}
    status = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
    if status == 0:
        policy.protect(ROOT / "site")
    return status


if __name__ == "__main__":
    sys.exit(main())
