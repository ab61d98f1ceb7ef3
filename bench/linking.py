"""A million simulated contacts linked in the warehouse, then one in a hundred more.

Peers, on 50,000 simulated alike: Splink 5 as its tutorial configures it, and a join on equal
e-mail. HEEDLINE_BENCH_CONTACTS sets another number than a million.
"""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from bench.report import peak_memory_mib, show, timed
from ml.identity.evaluate import heedline
from ml.identity.evaluate.measures import quality
from ml.identity.evaluate.peers import Clusters, exact_email, textbook_splink
from ml.identity.predict import link_warehouse
from ml.identity.simulate import TRUTH
from warehouse.duck import warehouse
from warehouse.settings import settings

CONTACTS = int(os.environ.get("HEEDLINE_BENCH_CONTACTS", "1000000"))
FEW = min(50_000, CONTACTS)
AS_OF = datetime(2026, 7, 1, tzinfo=UTC)
_WRITE = """
import sys
import pyarrow.parquet as pq
from ml.identity.simulate import simulate
pq.write_table(simulate("crm", int(sys.argv[2])), sys.argv[1])
"""
# The unified terms that linking reads, empty but for what the simulation knows of a contact.
_TABLES = """
create schema if not exists intermediate;
create table if not exists intermediate.int_contacts (
    source_system varchar, remote_id varchar, remote_updated_at timestamptz,
    remote_was_deleted boolean, merged_into_remote_id varchar, name varchar, given_name varchar,
    surname varchar, email varchar, phone varchar, company varchar, account_remote_id varchar,
    external_ids varchar, date_of_birth date, address varchar, postcode varchar, country varchar,
    language varchar, time_zone varchar, created_at timestamptz
);
create table if not exists intermediate.int_accounts (
    source_system varchar, remote_id varchar, name varchar, domain varchar
);
create table if not exists intermediate.int_conversations (
    source_system varchar, remote_id varchar, contact_remote_id varchar
);
create table if not exists intermediate.int_survey_responses (
    source_system varchar, remote_id varchar, contact_remote_id varchar,
    conversation_source_system varchar, conversation_remote_id varchar
);
insert into intermediate.int_contacts by name
select
    'bench' as source_system, record_id as remote_id, name, given_name, surname,
    emails as email, phones as phone, try_cast(date_of_birth as date) as date_of_birth,
    concat_ws(', ', address_1, suburb) as address, postcode, region as country, company
from read_parquet('{file}')
where record_id[2:]::bigint >= {first} and record_id[2:]::bigint < {last}
"""


def write_contacts(file: Path, rows: int) -> None:
    """Simulate in another process, so that its memory is not counted as linking's."""
    file.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run([sys.executable, "-c", _WRITE, str(file), str(rows)], check=True)


def unify(file: Path, first: int, last: int) -> None:
    """Add contacts `first` up to `last` of the file to the unified terms."""
    with warehouse() as connection:
        connection.execute(_TABLES.format(file=file, first=first, last=last))


def link() -> int:
    """Contacts clustered by this run."""
    return link_warehouse(AS_OF).rewritten


def scores(clusters: Clusters, file: Path) -> str:
    """Pairwise precision, recall and F1 against the simulation's truth."""
    truth = pq.read_table(file, columns=["record_id", TRUTH])
    pairs = zip(truth["record_id"].to_pylist(), truth[TRUTH].to_pylist(), strict=True)
    known = [(clusters[record], person) for record, person in pairs if record in clusters]
    found = quality([c for c, _ in known], [p for _, p in known])
    shown = (
        "–" if value is None else f"{value:.4f}"
        for value in (found.precision.value, found.recall.value, found.f1.value)
    )
    return "precision {}, recall {}, F1 {}".format(*shown)


def in_warehouse() -> Clusters:
    with warehouse(read_only=True) as connection:
        return dict(
            connection.execute("select remote_id, customer_id from ml.identity_clusters").fetchall()
        )


def main() -> None:
    file = settings().root / "contacts.parquet"
    more = CONTACTS // 100
    write_contacts(file, CONTACTS + more)
    unify(file, 0, CONTACTS)
    full = timed("heedline: warehouse to customers", link)
    memory = peak_memory_mib()
    quality_of_full = scores(in_warehouse(), file)
    unify(file, CONTACTS, CONTACTS + more)
    added = timed("heedline: 1 % new contacts", link)

    found: dict[str, Clusters] = {}

    def run(method: str, table: pa.Table) -> int:
        methods = {"heedline": heedline, "splink": textbook_splink, "e-mail": exact_email}
        found[method] = methods[method](table)
        return table.num_rows

    # A table of its own: the first rows of the large one would hold few of anybody's contacts.
    small = settings().root / "few.parquet"
    write_contacts(small, FEW)
    table = pq.read_table(small).drop_columns(TRUTH)
    mine = timed("heedline link", lambda: run("heedline", table))
    splink = timed("Splink 5, as its tutorial does it", lambda: run("splink", table))
    email = timed("join on equal e-mail", lambda: run("e-mail", table))
    show("linking everything in the warehouse, trained anew", "contacts", full, splink)
    print(f"  peak memory: {memory:,.0f} MiB")
    print(
        f"  {more:,} new contacts after that: {added.seconds:.1f} s, "
        f"{added.seconds / full.seconds:.1%} of the full run"
    )
    show("linking a file", "contacts", mine, splink, email)
    print("\nhow well, against the simulation's truth")
    print(f"  {full.name:<46}{quality_of_full}")
    for timing, method in ((mine, "heedline"), (splink, "splink"), (email, "e-mail")):
        print(f"  {timing.name:<46}{scores(found[method], small)}")
