"""A file that is no whole recording of this format is refused with the reason."""

import io
import json

import pytest

from tasks_app.recording.file import Recording, RecordingError, Writer

HEADER = {
    "recording": 1,
    "version": "1.0",
    "at": "2026-01-01T00:00:00+00:00",
    "rolled_up": 0,
    "columns": {"task": ["id"]},
}
FRAME = {"seconds": 1.5, "rows": {"task": [{"id": "1"}]}, "deleted": {"task": ["2"]}}
END = {"end": 2.0}


def file_of(tmp_path, *lines):
    path = tmp_path / "recording.jsonl"
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return path


def test_recording_is_read_as_it_was_written(tmp_path):
    state = {"state": {"task": [{"id": "1", "failed_message": "a\u2028b"}]}}
    recording = Recording.load(file_of(tmp_path, HEADER, state, FRAME, END))

    written = io.StringIO()
    writer = Writer(written)
    writer.header(recording.header)
    for rows in recording.state:
        for table, found in rows.items():
            writer.state(table, found)
    for frame in recording.frames:
        writer.frame(frame)
    writer.end(recording.seconds)
    lines = [json.loads(line) for line in written.getvalue().split("\n")[:-1]]
    assert lines == [HEADER, state, FRAME, END]
    again = tmp_path / "again.jsonl"
    again.write_text(written.getvalue())
    assert Recording.load(again) == recording


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([], "is not a recording"),
        (["text"], "line 1: this is not a JSON object"),
        ([{"a": 1}, END], "is not a recording"),
        ([HEADER | {"recording": 7}, END], "has the format 7, and this version reads the format 1"),
        ([HEADER | {"at": "now"}, END], "line 1: `at` must be a time"),
        ([HEADER | {"columns": None}, END], "line 1: `columns` is missing or of a wrong type"),
        ([HEADER, FRAME], "is incomplete"),
        ([HEADER, FRAME | {"seconds": "1"}, END], "line 2: `seconds`"),
        ([HEADER, {"state": {"task": [1]}}, END], "line 2: `state` must contain lists of rows"),
        ([HEADER, FRAME | {"rows": {"task": 1}}, END], "line 2: `rows` must contain lists of rows"),
        ([HEADER, FRAME | {"deleted": {"task": 1}}, END], "line 2: `deleted`"),
    ],
    ids=[
        *("empty", "text", "other JSON", "other format", "no time", "no columns"),
        *("no end", "frame without time", "state without rows", "frame without rows", "deleted"),
    ],
)
def test_other_content_is_refused(tmp_path, lines, message):
    with pytest.raises(RecordingError, match=message):
        Recording.load(file_of(tmp_path, *lines))


@pytest.mark.parametrize("content", [b"\xff\xfe", b"{"], ids=["binary", "damaged"])
def test_what_is_no_json_is_refused(tmp_path, content):
    path = tmp_path / "recording.jsonl"
    path.write_bytes(content)
    with pytest.raises(RecordingError, match=r"recording\.jsonl (cannot be read|is not)"):
        Recording.load(path)


def test_damaged_line_is_named(tmp_path):
    path = file_of(tmp_path, HEADER, FRAME, END)
    path.write_text(path.read_text().replace('"deleted"', "deleted"))
    with pytest.raises(RecordingError, match="line 2: this is not JSON"):
        Recording.load(path)


def test_missing_file_is_named(tmp_path):
    with pytest.raises(RecordingError, match=r"none\.jsonl cannot be read: No such file"):
        Recording.load(tmp_path / "none.jsonl")
