"""PostgreSQL as a child of this process."""

import os
import shutil
import signal
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import psycopg2.extensions

from project.standalone.engines import programs
from project.standalone.engines.base import Engine, EngineError


class PostgreSQL(Engine):
    """A PostgreSQL server."""

    name = "PostgreSQL"
    # The fast shutdown; SIGTERM would wait until every client has gone.
    stop_signal = signal.SIGINT

    def __init__(
        self, directory: Path, url: str, *, durable: bool = True, binaries: Path | None = None
    ) -> None:
        super().__init__(directory, url)
        self._durable = durable
        self.data = directory / "data"
        self.binaries = binaries or programs.postgresql()

    @property
    def version(self) -> str:
        """The version of the installed program."""
        return programs.version(self.binaries / "postgres")

    def start(self) -> None:
        """Start the server and create the database if it does not exist."""
        super().start()
        self._create_database()

    @property
    def major(self) -> str:
        """The major version of the installed program."""
        return self.version.partition(".")[0]

    def made_by(self) -> str | None:
        """Return the major version that made the data, or None if there is no data."""
        try:
            return (self.data / "PG_VERSION").read_text().strip()
        except FileNotFoundError:
            return None

    def mismatch(self, made_by: str) -> str:
        """Say what to do with data of another major version for which the programs are missing."""
        is_newer = float(made_by) > float(self.major)
        upgrade = f"Install PostgreSQL {made_by} as well, or set PG_OLD_BIN to the directory of its"
        return (
            f"PostgreSQL {made_by} made the data in {self.data}, but this is {self.version}."
            f" Nothing was changed. {'' if is_newer else f'{upgrade} programs: ./run upgrades. '}"
            f"To go on with PostgreSQL {made_by}, set PG_BIN to the directory of its programs."
        )

    def _prepare_data(self) -> None:
        if not self.data.exists():
            self._initialize(self.major)
        made_by = self.made_by()
        if made_by is None:
            raise EngineError(f"{self.data} is not a data directory of PostgreSQL. Move it away.")
        if made_by != self.major:
            raise EngineError(self.mismatch(made_by))

    def _initialize(self, major: str) -> None:
        unfinished = self.directory / "data.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        builtin = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        with tempfile.NamedTemporaryFile("w", dir=self.directory) as password:
            password.write(urlsplit(self.url).password or "")
            password.flush()
            if self._account:
                os.chown(password.name, self._account.pw_uid, self._account.pw_gid)
            initdb = self._run_as_account(
                [
                    self.binaries / "initdb",
                    f"--pgdata={unfinished}",
                    "--username=app",
                    f"--pwfile={password.name}",
                    "--auth=scram-sha-256",
                    "--encoding=UTF8",
                    "--locale=C",
                    *(builtin if int(major) >= 17 else []),
                    "--no-instructions",
                ]
            )
        if initdb.returncode:
            raise EngineError(f"PostgreSQL could not make {self.data}:\n{initdb.stderr}")
        unfinished.rename(self.data)

    def _command(self) -> list[str | Path]:
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": "",
            "max_connections": 200,
            "shared_buffers": "64MB",
            "wal_level": "minimal",
            "max_wal_senders": 0,
            "max_wal_size": "512MB",
        }
        if not self._durable:
            # A crash of the server loses nothing even so, only one of the machine would.
            settings |= {"fsync": "off", "full_page_writes": "off"}
        options = [f"--{name}={value}" for name, value in settings.items()]
        return [self.binaries / "postgres", "-D", self.data, *options]

    def _answers(self) -> bool:
        try:
            self._connect().close()
        except psycopg2.OperationalError:
            return False
        return True

    def _create_database(self) -> None:
        connection = self._connect()
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = 'app'")
            if not cursor.fetchone():
                cursor.execute("CREATE DATABASE app")
        connection.close()

    def _connect(self) -> psycopg2.extensions.connection:
        return psycopg2.connect(self.url, dbname="postgres", connect_timeout=3)
