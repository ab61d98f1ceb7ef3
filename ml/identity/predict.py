"""Link the contacts in the warehouse: the whole of `ml.identity_*` anew, in one transaction."""

import json
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from ml.identity.linking import Key, Link, groups, links, name_groups
from warehouse.duck import warehouse

MODEL_VERSION = "identity-exact-1"


@dataclass(frozen=True)
class LinkReport:
    """What linking found; `kept` = contacts whose customer id is the one they had before."""

    contacts: int
    customers: int
    links: int
    kept: int


class NotUnified(RuntimeError):
    """The tables this step reads have not been built yet."""


def _links_table(found: list[Link]) -> pa.Table:
    reasons = [json.dumps([{"type": t, "value": v} for t, v in link.shared]) for link in found]
    return pa.table(
        {
            "left_source_system": pa.array([x.left[0] for x in found], pa.string()),
            "left_remote_id": pa.array([x.left[1] for x in found], pa.string()),
            "right_source_system": pa.array([x.right[0] for x in found], pa.string()),
            "right_remote_id": pa.array([x.right[1] for x in found], pa.string()),
            "status": pa.array(["linked"] * len(found), pa.string()),
            "match_probability": pa.array([1.0] * len(found), pa.float64()),
            "reasons": pa.array(reasons, pa.string()),
            "model_version": pa.array([MODEL_VERSION] * len(found), pa.string()),
        }
    )


def _write(connection: duckdb.DuckDBPyConnection, found: list[Link], named: dict[Key, str]) -> None:
    clusters = pa.table(
        {
            "source_system": pa.array([key[0] for key in named], pa.string()),
            "remote_id": pa.array([key[1] for key in named], pa.string()),
            "customer_id": pa.array(list(named.values()), pa.string()),
            "confidence": pa.array([1.0] * len(named), pa.float64()),
        }
    )
    with connection.cursor() as writer:
        writer.register("new_links", _links_table(found))
        writer.register("new_clusters", clusters)
        writer.begin()
        try:
            writer.execute("delete from ml.identity_links")
            writer.execute("delete from ml.identity_clusters")
            writer.execute("insert into ml.identity_links by name select * from new_links")
            writer.execute("insert into ml.identity_clusters by name select * from new_clusters")
            writer.commit()
        except BaseException:
            writer.rollback()
            raise


def link_warehouse() -> LinkReport:
    """Read contacts and identities, write links and clusters; the same input gives the same ids.

    Raises:
        NotUnified: `intermediate.int_contacts` or `int_contact_identities` does not exist.
    """
    with warehouse() as connection:
        try:
            contacts = connection.execute(
                "select source_system, remote_id, min(created_at)::varchar "
                "from intermediate.int_contacts where remote_id is not null group by all"
            ).fetchall()
            identities = connection.execute(
                "select source_system, remote_id, identity_type, identity_value "
                "from intermediate.int_contact_identities"
            ).fetchall()
        except duckdb.CatalogException as error:
            raise NotUnified(f"{str(error).splitlines()[0]}; run the `unify` step first") from None
        held = {
            (source, remote): customer
            for source, remote, customer in connection.execute(
                "select source_system, remote_id, customer_id from ml.identity_clusters"
            ).fetchall()
        }
        created = {(source, remote): made for source, remote, made in contacts if made is not None}
        found = links(identities)
        persons = groups(((source, remote) for source, remote, _ in contacts), found)
        named = name_groups(persons, held, created)
        _write(connection, found, named)
    return LinkReport(
        contacts=len(named),
        customers=len(persons),
        links=len(found),
        kept=sum(held.get(key) == customer for key, customer in named.items()),
    )
