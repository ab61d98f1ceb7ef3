"""Publishing the large sample's marts (100 k conversations), destination by destination.

The peer is DuckDB alone: a bare `copy … to … (format parquet)` of the same tables, nothing left
out, described or read back. `HEEDLINE_BENCH_HOME` names a home whose marts are published instead
(it is read, and copied for the occasion).
"""

import json
import os
import shutil
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import SecretStr

import outreach
from bench.company import fill
from bench.models import build
from bench.report import peak_memory_mib, timed
from publish import config, publish
from publish.content import content_of
from publish.destinations import postgres
from publish.edition import Destination, Edition
from publish.marts import catalogue
from sample import AS_OF
from tests.publish.postgres_server import running
from warehouse.clock import parse_as_of
from warehouse.duck import warehouse
from warehouse.settings import settings

_LINE = "  {:<36}{:>8.1f} s{:>10.1f} s{:>10.1f} MB{:>8.1f}x{:>8.1f}x"


def marts() -> datetime:
    """Put marts into this home; what they are as of."""
    if given := os.environ.get("HEEDLINE_BENCH_HOME"):
        for part in ("warehouse", "dbt", "lists.yml"):
            source, target = Path(given) / part, settings().root / part
            if source.is_dir():
                shutil.copytree(source, target)
            elif source.exists():
                shutil.copy(source, target)
        manifest = Path(given) / "published" / "current" / "manifest.json"
        return parse_as_of(json.loads(manifest.read_text())["content"]["as_of"])
    fill(1, AS_OF)
    build(AS_OF)
    outreach.prepare(AS_OF)
    return AS_OF


def bare_copy(edition: Edition, folder: Path) -> int:
    """Every mart's rows, as DuckDB writes them by itself."""
    for mart in edition.tables:
        edition.connection.execute(f"copy {mart.table} to '{folder}/{mart.name}.parquet'")
    return sum(edition.content.rows.values())


def size_mb(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def one(destination: Destination, edition: Edition, folder: Path) -> tuple[float, float, float]:
    """Seconds to write, seconds to read back, and MB added."""
    before = size_mb(folder)
    written = timed("", lambda: destination.write(edition, folder) or 0)
    read = timed("", lambda: len(destination.read_back(edition, folder)))
    return written.seconds, read.seconds, size_mb(folder) - before


def main() -> None:
    as_of = marts()
    with warehouse(read_only=True) as connection, TemporaryDirectory() as work:
        described = catalogue(connection)
        edition = Edition(connection, described, content_of(connection, described, as_of), as_of)
        built, peer = Path(work, "built"), Path(work, "peer")
        built.mkdir()
        peer.mkdir()
        bare = timed("DuckDB: copy to parquet", lambda: bare_copy(edition, peer))
        bare_mb = size_mb(peer)
        print(f"\npublishing {bare.units:,} rows in {len(edition.tables)} marts, as of {as_of}")
        print(f"  {'':<36}{'write':>10}{'read back':>12}{'size':>13}{'time':>9}{'size':>9}")
        print(_LINE.format("DuckDB: copy to parquet (peer)", bare.seconds, 0, bare_mb, 1, 1))
        for destination in config.destinations():
            write, read, size = one(destination, edition, built)
            ratios = ((write + read) / bare.seconds, size / bare_mb)
            print(_LINE.format(f"heedline: {destination.NAME}", write, read, size, *ratios))
    whole = timed("", lambda: len(publish(as_of).files))
    again = timed("", lambda: int(publish(as_of).unchanged))
    print(f"  a whole publish {whole.seconds:.1f} s, the same again {again.seconds:.1f} s")
    _postgres(bare.seconds, bare_mb)
    print(f"  peak memory: {peak_memory_mib():,.0f} MiB, the building of the marts included")


def _postgres(bare_seconds: float, bare_mb: float) -> None:
    version = (settings().published / "current").resolve()
    with running() as server:
        uri = SecretStr(server.uri())
        load = timed("", lambda: postgres.load(uri, version).rows)
        ((size,),) = server.execute("select pg_database_size('bi') / 1e6")
        ratios = (load.seconds / bare_seconds, float(size) / bare_mb)
        print(_LINE.format("heedline: postgres, from the version", load.seconds, 0, size, *ratios))
        again = timed("", lambda: int(postgres.load(uri, version).unchanged))
        print(f"  the same version into Postgres again: {again.seconds:.2f} s")
