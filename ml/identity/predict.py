"""Link the contacts in the warehouse, at a cost that follows what is new.

A run looks only at contacts that came, went or changed, scores them with the stored model, and
clusters and names again the persons they touch. The model is trained anew, and everything scored
anew, when there is none, when code or configuration changed, or when too much has changed since.
"""

import json
import logging
import time
from dataclasses import dataclass
from datetime import datetime

import duckdb

from ml.identity import ledger, rename, steps
from ml.identity.contacts import NotUnified, make_records
from ml.identity.decisions import BadDecision, read_decisions
from warehouse.duck import warehouse
from warehouse.settings import settings

__all__ = ["BadDecision", "LinkReport", "NotUnified", "link_warehouse"]

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class LinkReport:
    """What linking found and did; contacts, customers, links, review pairs: all there are now.

    `rewritten` contacts were clustered again; `ids_kept` are the customer they were before.
    `decisions_waiting` name a contact that is not here (yet).
    """

    contacts: int
    new: int
    changed: int
    removed: int
    rewritten: int
    customers: int
    links: int
    review_pairs: int
    merges: int
    unmerges: int
    moves: int
    ids_kept: int
    decisions: int
    decisions_waiting: int
    trained: bool
    model_version: str
    seconds: float


def link_warehouse(as_of: datetime) -> LinkReport:
    """Read contacts and decisions, write who is who; the same input gives the same ids.

    Args:
        as_of: the run's now, kept with every merge and unmerge.

    Raises:
        NotUnified: `intermediate.int_contacts` does not exist.
        BadDecision: the decisions file contradicts itself or cannot be read.
    """
    started = time.perf_counter()
    said = read_decisions(settings().decisions_file)
    with warehouse() as connection, ledger.workbench(connection) as home:
        make_records(connection, home, "records")
        delta = ledger.compare(connection, home)
        waiting = steps.decided(connection, home, said)
        model = steps.stored_model(connection, home, sum(delta.values()))
        trained, done = False, rename.Done()
        if model is None and steps.count(connection, "records"):
            model, trained = steps.score_all(connection, as_of), True
        elif sum(delta.values()) or steps.count(connection, "decision_delta"):
            steps.score_new(connection, home, model, as_of)
        else:
            report = _report(connection, home, delta, done, waiting, trained, started)
            log.info("identity: nothing new, %d contacts", report.contacts)
            return report
        steps.cluster(connection, model)
        done = rename.rename(connection, home, model.version if model else "none", trained)
        ledger.save(
            connection,
            home,
            as_of=as_of,
            model=(
                model.version,
                steps.digest(),
                model.to_json(),
                steps.count(connection, "records"),
            )
            if model and trained
            else None,
            changed=sum(delta.values()),
        )
        report = _report(connection, home, delta, done, waiting, trained, started)
    log.info("identity: %s", json.dumps(vars(report)))
    return report


def _report(
    connection: duckdb.DuckDBPyConnection,
    home: str,
    delta: dict[str, int],
    done: rename.Done,
    waiting: int,
    trained: bool,
    started: float,
) -> LinkReport:
    row = connection.execute(f"""
        select
            (select count(*) from {home}.ml.identity_clusters),
            (select count(distinct customer_id) from {home}.ml.identity_clusters),
            (select count(*) from {home}.ml.identity_links where status <> 'review'),
            (select count(*) from {home}.ml.identity_links where status = 'review'),
            (select count(*) from {home}.ml.identity_decisions),
            (select max(model_version) from {home}.ml.identity_models)
    """).fetchone()
    assert row is not None
    return LinkReport(
        contacts=row[0],
        **delta,
        rewritten=done.contacts,
        customers=row[1],
        links=row[2],
        review_pairs=row[3],
        merges=done.merges,
        unmerges=done.unmerges,
        moves=done.moves,
        ids_kept=row[0] - done.renamed,
        decisions=row[4],
        decisions_waiting=waiting,
        trained=trained,
        model_version=row[5] or "",
        seconds=round(time.perf_counter() - started, 3),
    )
