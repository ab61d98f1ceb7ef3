"""What connector tests share: a tiny world on disk, one real pull through the gate, staging."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import yaml
from fastapi import FastAPI, Request, Response
from filelock import FileLock, Timeout

from connectors.contract import Credentials
from connectors.landing import complete_loads, land
from connectors.loading import Account, load_pending
from expectations.gate import gate_batch
from sample.generator.tables import WORLD, schema
from sample.servers import serve
from warehouse import dbt
from warehouse.duck import warehouse
from warehouse.settings import settings

AS_OF = datetime(2026, 6, 30, tzinfo=UTC)
EVERY_SOURCE = list(
    yaml.safe_load((dbt.PROJECT / "dbt_project.yml").read_text())["vars"]["source_entities"]
)
Row = dict[str, Any]


def at(text: str) -> datetime:
    """`2026-03-01 09:00` as an instant in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def write_world(folder: Path, **tables: list[Row]) -> Path:
    """A world folder with the given rows (missing columns are null) and every other table empty."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, columns in WORLD.items():
        table = pa.Table.from_pylist(tables.get(name, []), schema=schema(columns))
        pq.write_table(table, folder / f"{name}.parquet")
    return folder


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """The app on a free loopback port; yields its address."""
    port, stop = serve("test", app)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        stop()


def intercept(app: FastAPI, between: Callable[[Request], Response | None]) -> None:
    """Answer some requests in the server's stead (None: it answers), even one that is running."""

    async def answered(request: Request, server: Any) -> Any:
        return between(request) or await server(request)

    app.middleware_stack = None
    app.middleware("http")(answered)


def ask_smaller(app: FastAPI, asked: str, smaller: str) -> None:
    """Have the app see a smaller page asked for than was: `asked` in a query is what it is."""

    def between(request: Request) -> None:
        query: bytes = request.scope["query_string"]
        request.scope["query_string"] = query.replace(asked.encode(), smaller.encode())

    intercept(app, between)


def extract(name: str, source: Any) -> dict[str, int]:
    """Land what is new; rows by resource.

    Raises:
        SourceError: as the source raised it.
    """
    return land(name, source).rows


def load(name: str) -> dict[str, Account]:
    """Gate and load what has landed; the account by resource (of the last load that had rows)."""
    for load_id in complete_loads(name):
        gate_batch(name, load_id)
    return {account.resource: account for account in load_pending(name)}


def is_handled(source: str) -> bool:
    """Whether somebody has the turn to handle what landed from a source."""
    try:
        with FileLock(settings().root / "turns" / f"{source}.handling.lock").acquire(timeout=0):
            return False
    except Timeout:
        return True


def raw(query: str) -> list[tuple[Any, ...]]:
    with warehouse(read_only=True) as connection:
        return connection.execute(query).fetchall()


def build_staging(source: str, as_of: datetime = AS_OF) -> None:
    """Build the source's staging models with their data tests.

    All sources are enabled, as elsewhere: dbt reads the project anew for other ones.
    """
    dbt.run("build", as_of=as_of, sources=EVERY_SOURCE, extra=("--select", f"staging.{source}"))


def staged(source: str, entity: str) -> dict[str, Row]:
    """The rows of a staging model by remote_id."""
    with warehouse(read_only=True) as connection:
        found = connection.execute(f"select * from staging.stg_{source}__{entity}")
        names = [column[0] for column in found.description]
        rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    return {row["remote_id"]: row for row in rows}


def credentials(address: str, login: str, secret: str) -> Credentials:
    return Credentials(base_url=address, login=login, password=secret)
