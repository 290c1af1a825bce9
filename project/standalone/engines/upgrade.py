"""The upgrade of PostgreSQL's data to a newer major version, by dump and restore.

The new data is complete before it takes the place of the old, so that a failure changes nothing.
"""

import shutil
from pathlib import Path
from urllib.parse import urlsplit

from project.standalone.engines import clients, programs
from project.standalone.engines.base import EngineError
from project.standalone.engines.postgresql import PostgreSQL

DATABASES = "SELECT datname FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres'"


class UpgradingPostgreSQL(PostgreSQL):
    """A PostgreSQL server that upgrades data of an older major version before it starts."""

    def start(self) -> None:
        """Upgrade the data if an older version made it, then start the server.

        Raises:
            EngineError: The data cannot be upgraded. It is unchanged.
        """
        upgraded = self.directory / "data.upgraded"
        if upgraded.exists() and not self.data.exists():
            upgraded.rename(self.data)  # The upgrade was interrupted before its last step.
        made_by = self.made_by()
        if made_by and float(made_by) < float(self.major):
            self._upgrade(made_by, upgraded)
        super().start()

    def _upgrade(self, made_by: str, upgraded: Path) -> None:
        binaries = programs.postgresql_of(made_by)
        if binaries is None:
            raise EngineError(self.mismatch(made_by))
        kept = self.directory / f"data-{made_by}"
        if kept.exists():
            raise EngineError(f"{kept} is in the way of the upgrade. Move it away. {UNCHANGED}")
        print(f"upgrading the data of PostgreSQL {made_by} to {self.major}", flush=True)
        work = self.directory / "upgrade"
        shutil.rmtree(work, ignore_errors=True)
        shutil.rmtree(upgraded, ignore_errors=True)
        work.mkdir()
        try:
            old = PostgreSQL(self.directory, self.url, binaries=binaries)
            names = self._dump(old, work)
            self._load(PostgreSQL(work / "new", self.url), names, work)
            (work / "new" / "data").rename(upgraded)
        except EngineError as error:
            raise EngineError(f"The upgrade failed. {UNCHANGED}\n{error}") from error
        finally:
            shutil.rmtree(work)
        self.data.rename(kept)
        upgraded.rename(self.data)
        print(f"upgraded; {kept} has the old data, and can be deleted", flush=True)

    def _dump(self, old: PostgreSQL, work: Path) -> list[str]:
        """Dump roles and databases with the new programs; return the names of the databases."""
        old.start()
        try:
            psql = self.binaries / "psql"
            names = clients.run(psql, self.url, "--tuples-only", "--no-align", f"-c{DATABASES}")
            clients.run(
                self.binaries / "pg_dumpall", self.url, "--globals-only", f"--file={work}/roles"
            )
            for number, name in enumerate(names.splitlines()):
                clients.run(
                    *(self.binaries / "pg_dump", _url(self.url, name)),
                    *("--format=custom", f"--file={work}/{number}"),
                )
        finally:
            old.stop()
        return names.splitlines()

    def _load(self, new: PostgreSQL, names: list[str], work: Path) -> None:
        new.start()
        try:
            roles = work / "roles"
            # `initdb` has created this role; its attributes follow in the dump.
            roles.write_text(roles.read_text().replace("CREATE ROLE app;\n", "", 1))
            stop = "--set=ON_ERROR_STOP=1"
            clients.run(self.binaries / "psql", self.url, "--quiet", stop, f"--file={roles}")
            for number, name in enumerate(names):
                target = [self.url] if name == "app" else [_url(self.url, "postgres"), "--create"]
                clients.run(
                    self.binaries / "pg_restore", *target, "--exit-on-error", f"{work}/{number}"
                )
        finally:
            new.stop()


UNCHANGED = "Nothing was changed."


def _url(url: str, database: str) -> str:
    return urlsplit(url)._replace(path=f"/{database}").geturl()
