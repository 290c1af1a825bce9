"""PostgreSQL's data of an older major version is upgraded, or refused without a change."""

from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

from project.standalone.engines import (
    EngineError,
    PostgreSQL,
    UpgradingPostgreSQL,
    free_port,
    programs,
)


def older_major() -> str | None:
    """Return the oldest major version besides the embedded one that is installed here."""
    current = int(programs.version(programs.postgresql() / "postgres").partition(".")[0])
    majors = map(str, range(13, current))
    return next((major for major in majors if programs.postgresql_of(major)), None)


@pytest.fixture
def url() -> str:
    return f"postgres://app:secret@127.0.0.1:{free_port()}/app"


@pytest.fixture
def old(public_path: Path, url: str) -> PostgreSQL:
    """Data that an older PostgreSQL has made, with a table, a role and a second database."""
    major = older_major()
    if major is None:
        pytest.skip("no older PostgreSQL is installed (Debian: postgresql-15)")
    old = PostgreSQL(
        public_path / "postgresql", url, durable=False, binaries=programs.postgresql_of(major)
    )
    old.start()
    try:
        execute(url, "CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n")
        execute(url, "CREATE ROLE reader LOGIN PASSWORD 'readers'")
        execute(url, "GRANT SELECT ON kept TO reader")
        execute(url, "CREATE DATABASE other")
    finally:
        old.stop()
    return old


def execute(url, statement):
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else None


def test_data_of_an_older_version_is_upgraded_and_kept(old, url, capsys):
    made_by = old.major
    new = UpgradingPostgreSQL(old.directory, url)
    new.start()
    try:
        assert new.made_by() == new.major != made_by
        assert execute(url, "SELECT sum(n) FROM kept") == [(500_500,)]
        reader = url.replace("app:secret", "reader:readers")
        assert execute(reader, "SELECT count(*) FROM kept") == [(1000,)]
        assert execute(url, "SELECT 1 FROM pg_database WHERE datname = 'other'") == [(1,)]
    finally:
        new.stop()
    assert str(old.directory / f"data-{made_by}") in capsys.readouterr().out
    assert {path.name for path in old.directory.iterdir()} == {
        *("data", f"data-{made_by}", "lock", "log")
    }


def test_upgrade_that_fails_changes_nothing(old, url, monkeypatch):
    def fail(*_):
        raise EngineError("no space left on device")

    monkeypatch.setattr(UpgradingPostgreSQL, "_load", fail)
    with pytest.raises(EngineError, match=r"Nothing was changed\.\nno space left on device"):
        UpgradingPostgreSQL(old.directory, url).start()

    assert {path.name for path in old.directory.iterdir()} == {"data", "lock", "log"}
    old.start()
    try:
        assert execute(url, "SELECT count(*) FROM kept") == [(1000,)]
    finally:
        old.stop()


def test_upgrade_that_was_interrupted_before_its_last_step_is_completed(public_path, url):
    new = UpgradingPostgreSQL(public_path / "postgresql", url, durable=False)
    new.start()
    execute(url, "CREATE TABLE kept AS SELECT 42 AS answer")
    new.stop()
    new.data.rename(new.directory / "data.upgraded")

    new.start()
    try:
        assert execute(url, "SELECT answer FROM kept") == [(42,)]
    finally:
        new.stop()


@pytest.mark.parametrize(("made_by", "advice"), [("9.6", "PG_OLD_BIN"), ("99", "PG_BIN")])
def test_data_without_its_programs_is_refused_and_unchanged(public_path, url, made_by, advice):
    postgresql = UpgradingPostgreSQL(public_path / "postgresql", url)
    postgresql.data.mkdir(parents=True)
    (postgresql.data / "PG_VERSION").write_text(f"{made_by}\n")

    with pytest.raises(EngineError, match="Nothing was changed") as refused:
        postgresql.start()

    message = str(refused.value)
    assert message.startswith(f"PostgreSQL {made_by} made the data in {postgresql.data}, but this")
    assert advice in message
    assert ("PG_OLD_BIN" in message) == (advice == "PG_OLD_BIN")
    assert [path.name for path in postgresql.data.iterdir()] == ["PG_VERSION"]
