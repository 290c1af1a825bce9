"""The search language: which terms a text has, and what is said of a text that is not valid."""

from datetime import UTC, datetime, timedelta

import pytest

from tasks_app.search import KEYS, SearchError, parse
from tasks_app.search.values import Range

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def day(number):
    return datetime(2026, 11, number, tzinfo=UTC)


def terms(text):
    """Return the terms as tuples: a minus sign if it is negated, the key, and the values."""
    return [("-" * each.is_negated, each.key.name, *each.values) for each in parse(text, NOW)]


def test_text_without_terms_is_valid():
    assert parse("") == parse(" \t\n ") == []


def test_terms_are_separated_by_spaces_and_values_by_commas():
    assert terms("queue:email   status:failed,cancelled -node:n1") == [
        ("", "queue", "email"),
        ("", "status", "failed", "cancelled"),
        ("-", "node", "n1"),
    ]


def test_keys_and_choices_are_read_in_any_case_and_names_as_they_are():
    assert terms("STATUS:Failed Queue:Email") == [
        ("", "status", "failed"),
        ("", "queue", "Email"),
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ('"two words"', "two words"),
        ('"a,b:c"', "a,b:c"),
        (r'"a \"b\" \\"', 'a "b" \\'),
        (r"C:\new", r"C:\new"),
        ("a:b", "a:b"),
        ("é", "é"),
    ],
)
def test_quoted_values_have_any_characters(value, text):
    assert terms(f"error:{value}") == [("", "error", text)]


@pytest.mark.parametrize(
    ("value", "low", "high"),
    [
        ("5", 5, 6),
        ("-5", -5, -4),
        ("+5", 5, 6),
        (">5", 6, None),
        (">=5", 5, None),
        ("<5", None, 5),
        ("<=-5", None, -4),
        ("2..4", 2, 5),
        ("2..", 2, None),
        ("..4", None, 5),
        ("-4..-2", -4, -1),
        (f"<{10**500}", None, 10**20 - 1),
    ],
)
def test_numbers(value, low, high):
    assert terms(f"a:{value}") == [("", "a", Range(low, high))]


@pytest.mark.parametrize(
    ("value", "low", "high"),
    [
        (">500ms", 501, None),
        ("<=1m30s", None, 90_001),
        ("1h", 3_600_000, 3_600_001),
        ("1s..2s", 1_000, 2_001),
        (">=1d", 86_400_000, None),
        (">=1w", 7 * 86_400_000, None),
    ],
)
def test_durations(value, low, high):
    assert terms(f"runtime:{value}") == [("", "runtime", Range(low, high))]


@pytest.mark.parametrize(
    ("value", "low", "high"),
    [
        ("<1h", NOW - HOUR, None),
        (">2d", None, NOW - 2 * DAY),
        ("1h..2h", NOW - 2 * HOUR, NOW - HOUR),
        ("1h30m..", None, NOW - 1.5 * HOUR),
        ("2026-11-28", day(28), day(29)),
        ("<2026-11-28", None, day(28)),
        ("<=2026-11-28", None, day(29)),
        (">2026-11-28", day(29), None),
        ("2026-11-27..2026-11-28", day(27), day(29)),
        ("2026-11-27..", day(27), None),
        ("2026-11-28T10:30", day(28) + 10.5 * HOUR, day(28) + 10.5 * HOUR + timedelta(minutes=1)),
        (">=2026-11-28T10:30+02:00", day(28) + 8.5 * HOUR, None),
        (">=2026-11-28t10:30:15.5z", day(28) + 10.5 * HOUR + timedelta(seconds=15.5), None),
        ("<=2026-11-28T10:30:15", None, day(28) + 10.5 * HOUR + timedelta(seconds=16)),
    ],
)
def test_times(value, low, high):
    assert terms(f"created:{value}") == [("", "created", Range(low, high))]


UUID = "01a21a6d-c2c7-7038-a29e-d4b5a570ee06"


@pytest.mark.parametrize(
    ("word", "digits", "number"),
    [
        ("42", (), 42),
        ("-42", (), -42),
        ("-12345678", (), -12345678),
        ("a570ee06", ("a570ee06",), None),
        ("EE06", ("ee06",), None),
        ("01a21a6d-c2c7", ("01a21a6dc2c7",), None),
        (UUID, (UUID.replace("-", ""),), None),
        ("1234567", (), 1234567),
        ("12345678", ("12345678",), 12345678),
    ],
)
def test_word_without_key_is_a_number_or_digits_of_an_id(word, digits, number):
    [term] = parse(word)
    assert term.key is None
    assert term.values == digits
    assert term.number == (None if number is None else Range(number, number + 1))


@pytest.mark.parametrize(
    ("text", "wrong", "message"),
    [
        ("queue:a status:bogus", "bogus", "`status:bogus` is not valid: `bogus` is not one of"),
        ("status:", "", "`status:` is not valid: it has no value. Allowed are pending, running"),
        ("status:failed,", "", "it has no value"),
        ("-color:red", "color", "There is no key `color`. The keys are status, queue"),
        ("nonsense", "nonsense", "`nonsense` is neither a number"),
        ("abc", "abc", "4 or more digits of an ID"),
        ("2.5", "2.5", "is neither a number"),
        ('"quoted"', '"quoted"', "is neither a number"),
        ("--5", "--5", "is neither a number"),
        ("-", "-", "is neither a number"),
        (":", ":", "is neither a number"),
        ("🙂 status:bogus", "🙂", "is neither a number"),
        ('error:"open', '"open', "quotation marks must enclose the whole value"),
        ('error:a"b"', 'a"b"', "quotation marks must enclose the whole value"),
        ('error:""', '""', "is not a text"),
        ("slots:two", "two", "`two` is not a whole number. Examples are `5`, `>5`"),
        ("slots:>", ">", "is not a whole number"),
        ("slots:4..2", "4..2", "The range is empty"),
        ("slots:..", "..", "is not a whole number"),
        ("slots:1..2..3", "1..2..3", "is not a whole number"),
        ("runtime:5", "5", "is not a duration in ms, s, m, h, d or w. Examples are `<500ms`"),
        ("runtime:1.5s", "1.5s", "is not a duration"),
        ("created:1h", "1h", "An age needs a comparison, such as `<1h`"),
        ("created:yesterday", "yesterday", "is not an age"),
        ("created:2026-02-30", "2026-02-30", "There is no such date or time"),
        ("created:>9999-12-31", ">9999-12-31", "There is no such date or time"),
        ("created:<0001-01-01T00:00+14:00", "<0001-01-01T00:00+14:00", "no such date"),
        ("created:<99999d", "<99999d", "The maximum is 36600d"),
        ("created:2h..1h", "2h..1h", "The range is empty"),
        ("id:xyz0", "xyz0", "is not 4 to 32 hexadecimal digits of an ID"),
        ("id:abc", "abc", "is not 4 to 32 hexadecimal digits"),
        ("type:any", "any", "Allowed are scheduled, one-off."),
        ("queue:a\0", "\0", "NUL"),
        ("queue:\ud800", "\ud800", "unpaired surrogates"),
    ],
)
def test_error_names_the_term_and_what_is_valid(text, wrong, message):
    with pytest.raises(SearchError) as raised:
        parse(text, NOW)
    error = raised.value
    assert message in error.message
    assert error.message.endswith(".")
    assert text[error.start : error.end] == wrong


def test_error_has_what_is_allowed():
    for text, allowed in (
        ("status:x", list(KEYS["status"].choices)),
        ("color:x", list(KEYS)),
        ("slots:x", ["5", ">5", "<=5", "2..4"]),
    ):
        with pytest.raises(SearchError) as raised:
            parse(text)
        assert raised.value.allowed == allowed


def test_messages_do_not_repeat_long_texts():
    with pytest.raises(SearchError) as raised:
        parse("x" * 1_000)
    assert len(raised.value.message) < 500


def test_length_and_number_of_values_are_limited():
    parse("a:1 " * 50)
    for text in ("a:1 " * 51, "a:" + "1," * 50 + "1", "x" * 1_001):
        with pytest.raises(SearchError, match="must not have more than"):
            parse(text)


def test_all_examples_of_all_keys_are_valid():
    for key in KEYS.values():
        assert key.allowed
        for example in key.allowed:
            assert len(parse(f"{key.name}:{example}")) == 1, (key.name, example)
