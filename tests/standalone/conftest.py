import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def public_directory() -> Iterator[Path]:
    """A directory that the servers of root may enter, which run as another user."""
    directory = Path(tempfile.mkdtemp(prefix="cluster-scheduler-tests-"))
    directory.chmod(0o711)
    yield directory
    shutil.rmtree(directory)


@pytest.fixture
def public_path(public_directory: Path) -> Path:
    path = Path(tempfile.mkdtemp(dir=public_directory))
    path.chmod(0o711)
    return path
