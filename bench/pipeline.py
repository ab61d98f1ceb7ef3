"""The large sample (100 k conversations, 400 k messages) as a file drop: land, gate, load, build.

The peer of getting the files in is DuckDB reading them into tables with nothing checked, kept or
counted: what the care costs.
"""

import os
from pathlib import Path

import duckdb

import sample
from bench.report import peak_memory_mib, show, timed
from connectors.contract import Credentials
from connectors.file_drop.source import source
from connectors.landing import complete_loads, land
from connectors.loading import load_pending
from expectations.gate import gate_batch
from ml.identity.predict import link_warehouse
from warehouse import layers
from warehouse.settings import settings

# The world in the terms of docs/file_drop.md.
ENTITIES = {
    "contacts": "select remote_id as contact_id, name, email, phone, created_at, updated_at, "
    "system as source_system from '{world}/identities.parquet'",
    "conversations": "select remote_id as conversation_id, channel, opened_at, "
    "identity_remote_id as contact_id, subject, status, priority, team, agent_id as "
    "assignee_agent_id, updated_at, is_spam, system as source_system "
    "from '{world}/conversations.parquet'",
    "messages": "select remote_id as message_id, conversation_remote_id as conversation_id, "
    "sent_at, author_type, author_agent_id as author_id, is_public, body, "
    "system as source_system from '{world}/messages.parquet'",
    "conversation_events": "select remote_id as event_id, conversation_remote_id as "
    "conversation_id, occurred_at, event_type, old_value, new_value, actor_type, "
    "system as source_system from '{world}/events.parquet'",
    "agents": "select agent_id, name, email, team, role, time_zone from '{world}/agents.parquet'",
}


def write_drop(world: Path, folder: Path) -> dict[str, Path]:
    """The large world as Parquet drop files."""
    folder.mkdir(parents=True)
    files = {name: folder / f"{name}.parquet" for name in ENTITIES}
    for name, query in ENTITIES.items():
        duckdb.execute(f"copy ({query.format(world=world)}) to '{files[name]}' (format parquet)")
    return files


def load_drop() -> int:
    """Land, gate and load; rows received."""
    land("file_drop", source(Credentials(base_url="")))
    for load_id in complete_loads("file_drop"):
        gate_batch("file_drop", load_id)
    return sum(account.received for account in load_pending("file_drop"))


def bare_duckdb(files: dict[str, Path], database: Path) -> int:
    """The same files into tables, nothing else."""
    with duckdb.connect(str(database)) as connection:
        for name, file in files.items():
            connection.execute(f"create table {name} as select * from read_parquet('{file}')")
        counts = [connection.execute(f"select count(*) from {n}").fetchone() for n in files]
    return sum(int(count[0]) for count in counts if count)


def main() -> None:
    world = sample.generate("large", root=settings().sample)
    folder = settings().root / "drop" / "large"
    files = write_drop(world, folder)
    os.environ["HEEDLINE_DROP_DIR"] = str(folder)
    mine = timed("heedline: landed, gated, merged, counted", load_drop)
    peer = timed(
        "DuckDB: create table as read_parquet", lambda: bare_duckdb(files, folder / "p.db")
    )
    show("getting the large sample in", "rows", mine, peer)

    def build() -> int:
        layers.build("unify", as_of=sample.AS_OF, channels=["file_drop"])
        link_warehouse(sample.AS_OF)
        return layers.build("marts", as_of=sample.AS_OF, channels=["file_drop"])

    built = timed("all unified terms, marts and their tests", build)
    conversations = 100_000 / built.seconds
    print("\nbuilding everything from raw, tests included")
    print(f"  {built.seconds:.1f} s, {conversations:,.0f} conversations/s")
    print(f"  peak memory of the whole run: {peak_memory_mib():,.0f} MiB")
