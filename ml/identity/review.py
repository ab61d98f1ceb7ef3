"""Pairs that the model is unsure of, in plain words, for a person to decide in a file."""

import json
from dataclasses import dataclass
from pathlib import Path

import duckdb

from ml.identity.contacts import NotUnified
from ml.identity.decisions import COLUMNS, rows_of
from ml.identity.naming import Key
from warehouse.by_hand import replace_rows

HELP_COLUMNS = ("left_contact", "right_contact", "why")
"""Columns beside `COLUMNS` that only help to decide; nothing reads them back."""

_QUERY = """
with sizes as (
    select customer_id, count(*) as contacts from ml.identity_clusters group by customer_id
),
-- Who was said not to be one person need not be asked about by their other contacts.
apart as (
    select a.customer_id as one, b.customer_id as other
    from ml.identity_decisions as d
    inner join ml.identity_records as l on d.left_id = l.record_id
    inner join ml.identity_records as r on d.right_id = r.record_id
    inner join ml.identity_clusters as a
        on l.source_system = a.source_system and l.remote_id = a.remote_id
    inner join ml.identity_clusters as b
        on r.source_system = b.source_system and r.remote_id = b.remote_id
    where not d.link
),
unsure as (
    select
        l.*, a.customer_id as left_customer, b.customer_id as right_customer,
        sa.contacts + sb.contacts as contacts,
        l.match_probability * sa.contacts * sb.contacts as worth
    from ml.identity_links as l
    inner join ml.identity_clusters as a
        on l.left_source_system = a.source_system and l.left_remote_id = a.remote_id
    inner join ml.identity_clusters as b
        on l.right_source_system = b.source_system and l.right_remote_id = b.remote_id
    inner join sizes as sa on a.customer_id = sa.customer_id
    inner join sizes as sb on b.customer_id = sb.customer_id
    where l.status in ('review', 'cut') and a.customer_id <> b.customer_id
        and not exists (
            select 1 from apart
            where (apart.one = a.customer_id and apart.other = b.customer_id)
                or (apart.one = b.customer_id and apart.other = a.customer_id)
        )
    qualify row_number() over (
        partition by least(a.customer_id, b.customer_id), greatest(a.customer_id, b.customer_id)
        order by l.match_probability desc, l.left_remote_id, l.right_remote_id
    ) = 1
)
select
    u.left_source_system, u.left_remote_id, u.right_source_system, u.right_remote_id,
    u.match_probability, u.contacts, u.reasons,
    {left} as left_contact, {right} as right_contact,
    count(*) over () as pairs
from unsure as u
left join intermediate.int_contacts as lc
    on u.left_source_system = lc.source_system and u.left_remote_id = lc.remote_id
left join intermediate.int_contacts as rc
    on u.right_source_system = rc.source_system and u.right_remote_id = rc.remote_id
order by u.worth desc, u.left_source_system, u.left_remote_id, u.right_source_system,
    u.right_remote_id
limit $top
"""


@dataclass(frozen=True)
class Unsure:
    """Two contacts of two customers that may be one.

    `contacts` would be one person's if they are; `left_words` and `right_words` say who they are.
    """

    left: Key
    right: Key
    probability: float
    contacts: int
    left_words: str
    right_words: str
    why: str


def _words(alias: str) -> str:
    """SQL: a contact in words, beginning with its system: a spreadsheet sees no formula in it."""
    system, key = f"{alias}.source_system", f"{alias}.remote_id"
    parts = [f"{alias}.{c}" for c in ("name", "email", "phone", "company", "address")]
    shown = ", ".join(f"case when {p} <> {key} then {p} end" for p in parts)
    born = f"'born ' || {alias}.date_of_birth::varchar"
    return f"{system} || ': ' || concat_ws(' · ', {key}, {shown}, {born})"


def why(reasons: str) -> str:
    """A pair's reasons in one line: what speaks for one person, then what against."""
    told = [r for r in json.loads(reasons) if r["field"] != "prior" and r["weight"] is not None]
    pro = [str(r["label"]) for r in told if r["weight"] > 0]
    contra = [str(r["label"]) for r in told if r["weight"] < 0]
    return "; ".join(filter(None, [", ".join(pro), ("but " + ", ".join(contra)) if contra else ""]))


def unsure(connection: duckdb.DuckDBPyConnection, top: int) -> tuple[list[Unsure], int]:
    """The `top` most valuable pairs to decide, one per pair of customers, and how many there are.

    Worth most is what would set most right if it were one person: its probability times the pairs
    of contacts that would come together.

    Raises:
        NotUnified: there are no contacts yet.
    """
    query = _QUERY.format(left=_words("lc"), right=_words("rc"))
    try:
        rows = connection.execute(query, {"top": top}).fetchall()
    except duckdb.CatalogException as error:
        raise NotUnified(f"{str(error).splitlines()[0]}; run `heedline run` first") from None
    found = [
        Unsure((r[0], r[1]), (r[2], r[3]), r[4], r[5], r[7] or "gone", r[8] or "gone", why(r[6]))
        for r in rows
    ]
    return found, rows[0][9] if rows else 0


def write_template(path: Path, pairs: list[Unsure]) -> int:
    """Put pairs to decide into a decisions file, beside what it says already.

    Decided rows keep every column but those that only helped; rows not decided are replaced.
    Gives the number of decided rows.

    Raises:
        BadDecision: the file there is no decisions file.
    """
    header, rows = rows_of(path)
    decided = [row for _, row in rows if row["decision"]]
    names = [*dict.fromkeys([*COLUMNS, *header, *HELP_COLUMNS])]
    known = {frozenset((_key(row, "left"), _key(row, "right"))) for row in decided}
    proposed = [
        {
            "left_source_system": pair.left[0],
            "left_remote_id": pair.left[1],
            "right_source_system": pair.right[0],
            "right_remote_id": pair.right[1],
            "left_contact": pair.left_words,
            "right_contact": pair.right_words,
            "why": f"{pair.probability:.0%} likely: {pair.why}",
        }
        for pair in pairs
        if frozenset((pair.left, pair.right)) not in known
    ]
    without_help = ({**row, **dict.fromkeys(HELP_COLUMNS, "")} for row in decided)
    replace_rows(path, names, [*without_help, *proposed])
    return len(decided)


def _key(row: dict[str, str], side: str) -> Key:
    return row[f"{side}_source_system"], row[f"{side}_remote_id"]
