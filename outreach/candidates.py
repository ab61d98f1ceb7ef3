"""Everybody a list could have, with what they are worth and who would look after them.

A temporary table `candidates`, one row per customer of the list's mart: `place` 1 is the first by
expected value, amounts of different currencies compared by the rates of `lists.yml`. `occasion` is
the incident they are told of, '' where a list has none (outreach/episodes.py). An owner left when
`lists.yml` says so, or when every record that dim_agents has of that name or e-mail address is
inactive.
"""

import duckdb

from outreach.holdout import IS_HELD_OUT
from outreach.rules import Given, run

# What a list needs of its mart.
COLUMNS = frozenset(
    {"rank", "customer_id", "as_of", "owner", "email", "phone", "score", "value_per_month"}
)

_AGENTS = """
    select lower(trim(word)) as owner, bool_or(is_active) as is_active, max(active_to) as left_at
    from (
        select name as word, is_active, active_to from marts.dim_agents
        union all
        select email, is_active, active_to from marts.dim_agents
    )
    where trim(word) <> ''
    group by lower(trim(word))
"""
_WHY_FALLBACK = """
    case
        when coalesce(trim(mart.owner), '') = '' then 'no owner is known'
        when lower(trim(mart.owner)) in (select unnest($left_owners))
            then trim(mart.owner) || ' left, as lists.yml says'
        when not agents.is_active and agents.left_at is not null
            then trim(mart.owner) || ' left on ' || cast(cast(agents.left_at as date) as varchar)
        when not agents.is_active then trim(mart.owner) || ' is not active'
        when agents.owner is null and $unknown_owners = 'fallback'
            then trim(mart.owner) || ' is in no support system'
    end
"""


def collect(
    connection: duckdb.DuckDBPyConnection, mart: str, columns: set[str], given: Given
) -> None:
    """Make the table `candidates`.

    Args:
        columns: those of the mart; `band`, `currency` and `incident_id` are used where they are
            there.
        given: the list's rules as parameters (outreach/rules.py).
    """
    band, currency = (
        f"mart.{name}" if name in columns else "cast(null as varchar)"
        for name in ("band", "currency")
    )
    occasion = "coalesce(mart.incident_id, '')" if "incident_id" in columns else "''"
    run(
        connection,
        f"""
        create or replace temp table candidates as
        with agents as ({_AGENTS}),
        known as (
            select mart.customer_id, mart.rank, mart.email, mart.phone, mart.score,
                mart.value_per_month, {currency} as currency, mart.owner as known_owner,
                {occasion} as occasion,
                coalesce(
                    map_extract_value(cast($rates as map(varchar, double)), {currency}), 1
                ) as rate,
                coalesce(
                    map_extract_value(cast($chance_by_band as map(varchar, double)), {band}),
                    $chance
                ) as chance_to_help,
                {_WHY_FALLBACK} as owner_note
            from {mart} as mart
            left join agents on lower(trim(mart.owner)) = agents.owner
        ),
        valued as (
            select * exclude (known_owner),
                coalesce(score * value_per_month, 0) * $months * chance_to_help as expected_value,
                case when owner_note is null then trim(known_owner) else $fallback end as owner,
                {IS_HELD_OUT} as is_held_out
            from known
        )
        select *,
            coalesce(
                map_extract_value(cast($capacity_of as map(varchar, bigint)), lower(owner)),
                $capacity_per_owner
            ) as owner_capacity,
            row_number() over (
                order by expected_value * rate desc, score desc nulls last, rank, customer_id
            ) as place
        from valued
        """,
        given,
    )
