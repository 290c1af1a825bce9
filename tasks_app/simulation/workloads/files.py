"""Reads and writes workload files; the format follows from the ending of the name."""

import gzip
from pathlib import Path

from tasks_app.simulation.workloads import jsonformat, swf
from tasks_app.simulation.workloads.workload import Workload, WorkloadError


def read(path: Path) -> Workload:
    """Return the workload of a `.json` or `.swf` file, which may be compressed (`.gz`).

    Raises:
        WorkloadError: The file is invalid or cannot be read; the message names the file.
    """
    try:
        data = path.read_bytes()
        if path.suffix == ".gz":
            data = gzip.decompress(data)
        text = data.decode()
    except UnicodeDecodeError:
        raise WorkloadError(f"{path}: the file is not UTF-8 text.") from None
    except (OSError, EOFError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise WorkloadError(f"{path}: the file cannot be read: {reason}.") from None
    try:
        return jsonformat.read(text) if _is_json(path) else swf.read(text.splitlines())
    except WorkloadError as error:
        raise WorkloadError(f"{path}: {error}") from None


def write(workload: Workload, path: Path) -> None:
    """Write a workload to a `.json` or `.swf` file.

    Raises:
        WorkloadError: The file cannot be written.
    """
    if _is_json(path):
        text = jsonformat.write(workload)
    else:
        text = "".join(f"{line}\n" for line in swf.write(workload))
    write_text(text, path)


def write_text(text: str, path: Path) -> None:
    """Write a text file.

    Raises:
        WorkloadError: The file cannot be written.
    """
    try:
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise WorkloadError(f"{path}: the file cannot be written: {error.strerror}.") from None


def _is_json(path: Path) -> bool:
    return ".json" in path.suffixes[-2:]
