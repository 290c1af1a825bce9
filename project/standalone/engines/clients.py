"""PostgreSQL's client programs: pg_dump, pg_restore, psql."""

import os
import subprocess
from pathlib import Path
from urllib.parse import unquote, urlsplit

from project.standalone.engines.base import EngineError


def run(program: Path, url: str, *arguments: str) -> str:
    """Run a client program on a database; return its output.

    Raises:
        EngineError: It failed.
    """
    parts = urlsplit(url)
    # Other users of the machine can read the arguments of a process, but not its environment.
    public = parts._replace(netloc=parts.netloc.replace(f":{parts.password}@", "@")).geturl()
    finished = subprocess.run(
        [program, f"--dbname={public}", *arguments],
        env=os.environ | {"PGPASSWORD": unquote(parts.password or "")},
        capture_output=True,
        text=True,
        check=False,
    )
    if finished.returncode:
        raise EngineError(f"{program.name} failed:\n{finished.stderr.strip()}")
    return finished.stdout
