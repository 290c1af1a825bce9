"""Children that never outlive this process, however it ends."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

PR_SET_PDEATHSIG = 1


def spawn(
    command: Sequence[str | Path],
    *,
    death_signal: signal.Signals,
    cwd: Path,
    env: Mapping[str, str],
    stdout: int | IO[bytes],
    pass_fds: Sequence[int] = (),
    user: int | None = None,
    group: int | None = None,
) -> subprocess.Popen[bytes]:
    """Call it from the main thread: the kernel sends `death_signal` when the calling thread ends.

    The child leads a session of its own, so that a terminal's Ctrl-C reaches only this process.
    """
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.STDOUT,
        cwd=cwd,
        env=env,
        pass_fds=pass_fds,
        user=user,
        group=group,
        extra_groups=None if user is None else [],
        start_new_session=True,
        preexec_fn=_die_with_parent(death_signal),
    )


def describe_exit(status: int) -> str:
    """Return how a process ended, as the predicate of a sentence."""
    return f"ended with {signal.Signals(-status).name if status < 0 else f'status {status}'}"


def find_listener(port: int) -> str | None:
    """Return the process that listens on a TCP port, if this user can see it."""
    links = {f"socket:[{inode}]" for inode in _listening_inodes(port)}
    for fd in Path("/proc").glob("[0-9]*/fd/*") if links else ():
        try:
            if os.readlink(fd) in links:
                command = (fd.parents[1] / "cmdline").read_text().replace("\0", " ")
                return f"process {fd.parts[2]} ({command.strip()})"
        except OSError:
            continue
    return None


def _die_with_parent(death_signal: signal.Signals) -> Callable[[], None] | None:
    if sys.platform != "linux":
        return None
    # Looked up before the fork: a child must not take locks that another thread may hold.
    prctl = ctypes.CDLL(None).prctl
    parent = os.getpid()

    def die_with_parent() -> None:
        prctl(PR_SET_PDEATHSIG, death_signal)
        if os.getppid() != parent:
            os._exit(1)

    return die_with_parent


def _listening_inodes(port: int) -> set[str]:
    inodes = set()
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        for line in table.read_text().splitlines()[1:] if table.exists() else ():
            fields = line.split()
            if fields[3] == "0A" and int(fields[1].rpartition(":")[2], 16) == port:
                inodes.add(fields[9])
    return inodes
