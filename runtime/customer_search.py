"""Which customers somebody means: by id, old id, record, e-mail address, phone or whole name.

Each way is tried in turn and the first that finds anybody answers; it may find several, for a
shared mailbox or a switchboard.
"""

import re
from dataclasses import dataclass

import duckdb

_SHORTEST_PHONE = 7
_SHORTEST_PREFIX = 8


@dataclass(frozen=True)
class Found:
    """Who was found, and by what (`by` names the way, for people)."""

    asked: str
    by: str
    customer_ids: tuple[str, ...]


_BY_ID = "select customer_id from people.dim_customers where customer_id = $asked"
# The mart has followed the chain of merges to the id in use.
_BY_OLD_ID = "select customer_id from people.customer_merges where from_customer_id = $asked"
_BY_RECORD = (
    "select customer_id from people.dim_customer_contacts "
    "where source_system || ':' || remote_id = $asked"
)
_BY_EMAIL = (
    "select customer_id from people.dim_customers "
    "where list_contains(from_json(emails, '[\"VARCHAR\"]'), lower($asked))"
)
# Numbers are kept as each system writes them: +44 20 7946 0958 and 020 7946 0958 are one, so the
# shorter one without its leading zeros has to end the longer one.
_BY_PHONE = """
with numbers as (
    select customer_id, ltrim(regexp_replace(number, '[^0-9]', '', 'g'), '0') as digits
    from (
        select customer_id, unnest(from_json(phones, '["VARCHAR"]')) as number
        from people.dim_customers where phones is not null
    )
)
select customer_id from numbers
where length(digits) >= $shortest and (ends_with(digits, $digits) or ends_with($digits, digits))
"""
_BY_REMOTE_ID = "select customer_id from people.dim_customer_contacts where remote_id = $asked"
_BY_PREFIX = "select customer_id from people.dim_customers where starts_with(customer_id, $asked)"
_BY_NAME = (
    "select customer_id from people.dim_customers "
    "where strip_accents(lower(customer_name)) = strip_accents(lower($asked))"
)


def search(connection: duckdb.DuckDBPyConnection, asked: str) -> Found:
    """Search the attached database `people`; nobody found is an empty tuple."""
    asked = asked.strip()
    digits = re.sub(r"[^0-9]", "", asked).lstrip("0")
    ways: list[tuple[str, str]] = [("customer id", _BY_ID), ("merged customer id", _BY_OLD_ID)]
    if ":" in asked:
        ways.append(("record", _BY_RECORD))
    if "@" in asked:
        ways.append(("e-mail address", _BY_EMAIL))
    ways.append(("record", _BY_REMOTE_ID))
    if len(digits) >= _SHORTEST_PHONE and re.fullmatch(r"[0-9+()./\s-]+", asked):
        # Bare digits may be a record's id; anything else is a number, and some systems name their
        # contacts by it: looking for such a record first would hide who shares the number.
        ways.insert(len(ways) if asked.isdigit() else len(ways) - 1, ("phone number", _BY_PHONE))
    if len(asked) >= _SHORTEST_PREFIX:
        ways.append(("beginning of a customer id", _BY_PREFIX))
    ways.append(("name", _BY_NAME))
    for name, query in ways:
        values = {"asked": asked, "digits": digits, "shortest": _SHORTEST_PHONE}
        used = {key: value for key, value in values.items() if f"${key}" in query}
        rows = connection.execute(query, used).fetchall()
        if rows:
            return Found(asked, name, tuple(sorted({customer_id for (customer_id,) in rows})))
    return Found(asked, "", ())
