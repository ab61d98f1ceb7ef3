"""Which pairs are looked at: records that share a key, by rules that stay linear in the number of
records.

Keys are hashes kept with each record (`strict_keys`, `loose_keys`, `broad_keys`), computed row by
row. A key held by too many
records tells nothing and is skipped; identical records are looked at once.
"""

import duckdb

from ml.identity.config import Blocking
from ml.identity.functions import scalar

_STRICT = (
    "born || given",
    "born || surname",
    "least(given, surname) || '|' || greatest(given, surname) || coalesce(postcode, suburb, "
    "birth_place)",
    "surname || house_number || street",
    "given || house_number || street",
    "given || surname || company",
)
"""Keys rare enough that two holders deserve a look, whatever else they say. Identifiers are added
as they are."""

_LOOSE = (
    "born",
    "least(given, surname) || '|' || greatest(given, surname)",
    "given_roots[1] || '~' || surname",
    "born[:4] || least(born[5:6], born[7:8]) || greatest(born[5:6], born[7:8]) || left(given, 1)",
    "born[:4] || left(given, 3) || left(surname, 3)",
    "born[5:] || left(given, 2) || left(surname, 2)",
    "born[:6] || left(surname, 4)",
    "born[:4] || postcode",
    "house_number || street",
    "street || left(coalesce(surname, given), 2)",
    "building || left(coalesce(given, surname), 3)",
    "postcode || left(given, 3)",
    "postcode || left(surname, 3)",
    "postcode || house_number",
    "suburb || left(given, 3) || left(surname, 1)",
    "suburb || left(surname, 4)",
    "birth_place || left(given, 3) || left(surname, 2)",
    "birth_place || left(surname, 4)",
    "left(surname, 4) || given",
    "right(surname, 4) || left(given, 3)",
    "left(national_id, 5)",
    "right(national_id, 5)",
    "right(phone, 7)",
    "split_part(email, '@', 1)",
    "company || left(surname, 4)",
)
"""Keys that typing errors in one field leave standing; used while their blocks are small."""

_BROAD = (
    "given_roots[1]",
    "surname",
    "left(surname, 3) || left(given, 1)",
    "given || born[:4]",
    "born[:6]",
    "born[5:]",
    "postcode",
    "suburb",
    "street",
    "building",
    "house_number || left(street, 4)",
    "birth_place || occupation",
    "birth_place || born[:4]",
    "company",
    "left(split_part(email, '@', 1), 6)",
)
"""Keys that leave standing what little a poor record has: rare values, small tables."""


KINDS = ("strict", "loose", "broad")


def key_columns() -> str:
    """Select list of the three key columns, over the columns of a prepared record."""

    def filled(rules: tuple[str, ...], start: int) -> str:
        # hash(n, null) is not null: the rule's own text decides.
        return ", ".join(
            f"case when ({rule}) is not null then hash({number}, {rule}) end"
            for number, rule in enumerate(rules, start)
        )

    identifiers = " || ".join(
        f"coalesce(list_transform({column}, lambda v: hash({number}, v)), [])"
        for number, column in enumerate(("emails", "phones", "keys", "[national_id]"), 1)
    ).replace(
        "list_transform([national_id]",
        "list_transform(list_filter([national_id], lambda n: n is not null)",
    )
    return (
        f"list_filter({identifiers} || [{filled(_STRICT, 100)}], lambda k: k is not null) as "
        f"strict_keys, "
        f"list_filter([{filled(_LOOSE, 200)}], lambda k: k is not null) as loose_keys, "
        f"list_filter([{filled(_BROAD, 300)}], lambda k: k is not null) as broad_keys"
    )


def representatives(connection: duckdb.DuckDBPyConnection, prepared: str) -> None:
    """Temporary table `rep` (record_id, content): of identical records the one with the smallest
    id."""
    connection.execute(
        f"create or replace temp table rep as select min(record_id) as record_id, content "
        f"from {prepared} group by content"
    )


def fit_caps(
    connection: duckdb.DuckDBPyConnection, prepared: str, rules: Blocking
) -> dict[str, int]:
    """The largest block per kind of key that keeps the pairs within the kind's budget; needs
    `rep`."""
    caps = {"strict": rules.largest_block, "shared": 1}
    records = int(scalar(connection, "select count(*) from rep"))
    if records > rules.one_key_up_to:
        caps["shared"] = 2
    for kind, budget in (("loose", rules.loose_pairs), ("broad", rules.broad_pairs)):
        found = scalar(
            connection,
            f"""
            with sizes as (
                select count(*) as size from (
                    select unnest({kind}_keys) as key from {prepared} semi join rep using
                    (record_id))
                group by key having count(*) between 2 and {rules.largest_block}
            ), totals as (
                select size, sum(sum(size * (size - 1) / 2)) over (order by size) as pairs
                from sizes group by size
            )
            select max(size) from totals where pairs <= {budget.base + budget.per_record * records}
            """,
        )
        caps[kind] = max(int(found or 0), rules.smallest_block)
    return caps


def candidates(
    connection: duckdb.DuckDBPyConnection,
    prepared: str,
    target: str,
    caps: dict[str, int],
    changed: str | None = None,
) -> int:
    """Create the temporary table `target` (left_id, right_id), distinct, left_id < right_id;
    returns its size.

    Args:
        caps: largest block per kind of key, as `fit_caps` gives them.
        changed: only pairs with a record of this table (record_id).
    """
    representatives(connection, prepared)
    connection.execute(
        "create or replace temp table block_keys (key ubigint, record_id varchar, strict boolean)"
    )
    for kind in KINDS:
        held = f"select unnest({kind}_keys) as key"
        keys = f"{held}, record_id from {prepared} semi join rep using (record_id)"
        if changed:
            new = f"{held} from {prepared} semi join {changed} using (record_id)"
            keys = f"select * from ({keys}) semi join ({new}) using (key)"
        connection.execute(
            f"insert into block_keys with all_keys as materialized ({keys}), usable as ("
            "select key from all_keys "
            f"group by key having count(*) between 2 and {caps[kind]}) "
            f"select *, {kind == 'strict'} from all_keys semi join usable using (key)"
        )
    touched = ""
    if changed:
        touched = f"where l.record_id in (from {changed}) or r.record_id in (from {changed})"
        twins = f"(record_id in (from {changed}) or first_id in (from {changed}))"
    else:
        twins = "true"
    connection.execute(
        f"""
        create or replace temp table {target} as
        select l.record_id as left_id, r.record_id as right_id
        from block_keys as l join block_keys as r on l.key = r.key and l.record_id < r.record_id
        {touched}
        group by l.record_id, r.record_id having bool_or(l.strict) or count(*) >= {caps["shared"]}
        union
        select first_id, record_id from (
            select prepared.record_id, rep.record_id as first_id from {prepared} as prepared
            join rep using (content) where prepared.record_id <> rep.record_id)
        where {twins}
        """
    )
    connection.execute("drop table block_keys")
    return int(scalar(connection, f"select count(*) from {target}"))
