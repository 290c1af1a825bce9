"""What the supervisor does when one of its processes ends."""

import pytest

from project.standalone import supervisor
from project.standalone.supervisor import Service, SupervisorError
from tests.support.waiting import eventually

FAILING = "import sys; print('no space left'); sys.exit(3)"


@pytest.fixture
def started():
    """A function that starts a process which ends at once, and waits for its end."""

    def start(code):
        service = Service("web-1", ["-c", code], may_end=False, stop_phase=1, stop_seconds=5)
        service.start()
        eventually(lambda: service.process.poll() is not None, "the end of the process")
        eventually(lambda: service.lines or "print" not in code, "its output")
        return service

    return start


def test_process_that_fails_during_the_start_ends_it_with_its_last_lines(started):
    with pytest.raises(SupervisorError, match=r"web-1 ended with status 3.*\nno space left"):
        started(FAILING).check(is_starting=True)


@pytest.mark.parametrize("code", [FAILING, "import os; os.kill(os.getpid(), 9)"])
def test_process_that_ends_later_is_restarted_again_and_again(started, code, monkeypatch, capsys):
    monkeypatch.setattr(supervisor, "RESTART_PAUSE_MAX_SECONDS", 0)
    service = started(code)

    for _ in range(8):
        ended = service.process
        service.check(is_starting=False)
        service.check(is_starting=False)
        assert service.process is not ended
        eventually(lambda: service.process.poll() is not None, "the end of the process")

    assert capsys.readouterr().out.count("it starts again now") == 8


def test_pause_before_a_restart_grows(started, capsys):
    service = started(FAILING)

    for _ in range(4):
        service.starts_at = None
        service.check(is_starting=False)

    assert [line.rpartition("again ")[2] for line in capsys.readouterr().out.splitlines()[-4:]] == [
        *("now", "in 1 s", "in 3 s", "in 7 s")
    ]


def test_process_that_was_killed_during_the_start_is_restarted(started):
    service = started("import os; os.kill(os.getpid(), 9)")

    service.check(is_starting=True)

    assert service.starts_at is not None
