"""The steps of a linking run between the warehouse's memory and the engine.

Each reads and makes work tables (see `ledger`): what was decided, which model serves, the pairs of
everything or of what is new, the clusters of what is touched.
"""

import hashlib
from datetime import datetime
from functools import lru_cache
from pathlib import Path

import duckdb
import pyarrow as pa

from ml.identity import engine, ledger
from ml.identity.contacts import read_config
from ml.identity.decisions import Said


def count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    row = connection.execute(f"select count(*) from {table}").fetchone()
    assert row is not None
    return int(row[0])


@lru_cache(maxsize=1)
def digest() -> str:
    """Of everything that decides how contacts are compared: this room's code and configuration."""
    found = hashlib.sha256()
    for file in sorted(Path(__file__).parent.iterdir()):
        if file.suffix in (".py", ".yml"):
            found.update(file.read_bytes())
    return found.hexdigest()[:16]


def decided(connection: duckdb.DuckDBPyConnection, home: str, said: list[Said]) -> int:
    """Create `decisions_now` and `decision_delta`; how many decisions name an unknown contact."""
    rows = pa.table(
        {
            "left_id": pa.array(["\x1f".join(s.left) for s in said], pa.string()),
            "right_id": pa.array(["\x1f".join(s.right) for s in said], pa.string()),
            "link": pa.array([s.link for s in said], pa.bool_()),
        }
    )
    connection.register("said", rows)
    connection.execute(f"""
        create table decisions_now as
        select said.* from said
        semi join records as l on left_id = l.record_id
        semi join records as r on right_id = r.record_id;
        create table decision_delta as
        with differing as (
            (from decisions_now except from {home}.ml.identity_decisions)
            union all
            (from {home}.ml.identity_decisions except from decisions_now)
        )
        select left_id as record_id from differing union select right_id from differing
    """)
    connection.unregister("said")
    return len(said) - count(connection, "decisions_now")


def stored_model(
    connection: duckdb.DuckDBPyConnection, home: str, changes: int
) -> engine.Model | None:
    """The model to use, or None where one has to be trained."""
    row = connection.execute(
        f"select config_digest, model, records, changed from {home}.ml.identity_models"
    ).fetchone()
    if row is None or row[0] != digest() or not ledger.has_prepared(connection, home):
        return None
    if row[3] + changes > read_config().retrain_share * row[2]:
        return None
    return engine.Model.from_json(row[1])


def score_all(connection: duckdb.DuckDBPyConnection, as_of: datetime) -> engine.Model:
    """Create `prepared_rows`, `prepared`, `touched` and `pairs` of all contacts; train on them."""
    engine.prepare(connection, "records", "prepared_rows", today=as_of.date())
    model = engine.train(connection, "prepared_rows")
    engine.score(connection, model, "prepared_rows", "pairs")
    connection.execute("create view prepared as from prepared_rows")
    connection.execute("create table touched as select record_id from records")
    return model


def score_new(
    connection: duckdb.DuckDBPyConnection, home: str, model: engine.Model | None, as_of: datetime
) -> None:
    """The same for what is new or changed: pairs with it, and the components it touches."""
    ledger.old_pairs(connection, home)
    connection.execute("""
        create table fresh as select records.* from records semi join delta using (record_id);
        create table changed_ids as select record_id from fresh
    """)
    if model is None:  # no contacts are left
        connection.execute("create table prepared_rows (record_id varchar)")
        connection.execute("create table new_pairs as from stored_pairs limit 0")
    else:
        engine.prepare(connection, "fresh", "prepared_rows", today=as_of.date())
        connection.execute(f"""
            create table prepared as
            select * from {home}.{ledger.PREPARED} anti join delta using (record_id)
            union all by name
            select * from prepared_rows
        """)
        if count(connection, "changed_ids"):
            engine.score(connection, model, "prepared", "new_pairs", changed="changed_ids")
        else:
            connection.execute("create table new_pairs as from stored_pairs limit 0")
    ledger.touched(connection, home)
    connection.execute("""
        create table pairs as
        select left_id, right_id, match_weight, match_probability, reasons from kept_pairs
        semi join touched as l on left_id = l.record_id
        semi join touched as r on right_id = r.record_id
        union all
        select left_id, right_id, match_weight, match_probability, reasons from new_pairs
    """)


def cluster(connection: duckdb.DuckDBPyConnection, model: engine.Model | None) -> None:
    """Create `clusters` of the touched contacts and set the status of `pairs`."""
    decisions = [
        engine.Decision(left, right, link)
        for left, right, link in connection.execute(
            "select d.* from decisions_now as d semi join touched as l on left_id = l.record_id "
            "semi join touched as r on right_id = r.record_id order by all"
        ).fetchall()
    ]
    if model is None:
        connection.execute(
            "create table clusters (record_id varchar, cluster_id varchar, confidence double)"
        )
        connection.execute("alter table pairs add column status varchar")
        return
    engine.cluster(connection, model, "prepared", "pairs", decisions, "clusters", within="touched")
    # A pair that a person decided and the model never thought of.
    connection.execute("""
        insert into pairs by name
        select
            left_id, right_id, null::double as match_weight, link::int::double as match_probability,
            '[{"field":"decision","label":"a person decided","weight":null}]' as reasons,
            'decided' as status
        from decisions_now
        semi join touched as l on left_id = l.record_id
        semi join touched as r on right_id = r.record_id
        anti join pairs as p using (left_id, right_id)
    """)
