"""The project uses standard terms."""

from tests.docs import words


def test_no_home_made_words():
    assert list(words.findings()) == []


def test_words_are_found(tmp_path, monkeypatch):
    monkeypatch.setattr(words, "ROOT", tmp_path)
    page = tmp_path / "page.md"
    page.write_text("The door tells `told` nobody.\n```text\nwish\n```\n")
    module = tmp_path / "module.py"
    module.write_text('"""Fold it."""\nseat_count = 1  # a lane\nplanes = "wish"\n')

    assert list(words.words_in(page)) == ["door", "tells", "nobody"]
    assert list(words.words_in(module)) == ["fold", "seat", "lane"]
