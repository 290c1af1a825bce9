"""A file system of a few megabytes, to fill it up."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def mounted(directory: Path, megabytes: int) -> Iterator[Path]:
    """Mount a file system in memory on the directory; skip the test where that is not allowed."""
    directory.mkdir()
    options = f"size={megabytes}m,mode=0711"
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", directory]
    try:
        made = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no program mount")
    if made.returncode:
        pytest.skip(f"mounting is not allowed: {made.stderr.strip()}")
    try:
        yield directory
    finally:
        # Processes of the test that still end must not keep it.
        subprocess.run(["umount", "--lazy", directory], check=True)


def fill(directory: Path, *, leave: int = 0) -> Path:
    """Write a file until the file system is full; then give `leave` bytes back."""
    filler = directory / "filler"
    chunk = b"\0" * 4096
    with open(filler, "wb", buffering=0) as file:
        try:
            while file.write(chunk):
                pass
        except OSError:
            pass
        file.truncate(max(0, file.tell() - leave))
    return filler
