"""What is proposed at the cursor of a search."""

import pytest

from tasks_app.search import KEYS, SearchError, complete, parse

NAMES = {"queue": ["email", "exports", "two words", 'a"b'], "label": ["nightly"]}


def names(key, begun):
    return [(name, "Its meaning") for name in NAMES.get(key, []) if name.startswith(begun)]


def proposed(text, cursor=None):
    """Return the texts after each proposal was accepted."""
    completion = complete(text, len(text) if cursor is None else cursor, names)
    return [
        text[: completion.start] + each.text + text[completion.end :]
        for each in completion.proposals
    ]


def test_keys_are_proposed_for_a_new_term():
    assert proposed("") == [f"{name}:" for name in KEYS]
    assert proposed("status:failed ")[0] == "status:failed status:"


@pytest.mark.parametrize(
    ("text", "cursor", "expected"),
    [
        ("st", None, ["status:", "started:"]),
        ("ST", None, ["status:", "started:"]),
        ("queue:email -st", None, ["queue:email -status:", "queue:email -started:"]),
        ("st queue:email", 2, ["status: queue:email", "started: queue:email"]),
        ("qu:email", 2, ["queue:email"]),
        ("zzz", None, []),
        ("queue:e", None, ["queue:email", "queue:exports"]),
        ("queue:e", 6, ["queue:email", "queue:exports", 'queue:"two words"', r'queue:"a\"b"']),
        ("queue:email,ex", None, ["queue:email,exports"]),
        ('queue:"two', None, ['queue:"two words"']),
        ("-label:", None, ["-label:nightly"]),
        ("status:c", None, ["status:cancelled"]),
        ("status:failed,c", None, ["status:failed,cancelled"]),
        ("type:ONE", None, ["type:one-off"]),
        ("color:", None, []),
        ("slots:>", None, ["slots:>5"]),
        ("error:", None, []),
    ],
)
def test_proposals_replace_the_part_at_the_cursor(text, cursor, expected):
    assert proposed(text, cursor) == expected


def test_values_are_complete_and_keys_are_not():
    assert not complete("sta", 3, names).proposals[0].is_complete
    assert complete("status:", 7, names).proposals[0].is_complete


def test_what_is_proposed_is_valid():
    for key in KEYS:
        for text in proposed(f"{key}:"):
            parse(text)


def test_text_that_no_search_has_is_refused():
    for text in ("x" * 1_001, "queue:\0"):
        with pytest.raises(SearchError):
            complete(text, 0, names)
