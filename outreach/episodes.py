"""Episodes: what makes today's entry the same as yesterday's, for the list and for its delivery.

An episode is a customer's stay on a list; absences of up to `cooldown_days` do not end it. It is
named by its entry id, a hash of list, customer and the list that began it (`since`), and goes to
each target once (outreach/delivery). Whoever is back after the cooldown is a new episode, and so is
whoever is listed for another occasion: who was told of one incident is told of the next.

All follows from the rows of earlier lists, so that working out a list again says the same, and
working out an earlier one again touches no later one. Customers who merged go on under the
surviving id; of two episodes the one that began first goes on.
"""

import duckdb

from outreach.rules import Given, run

_MOVED = """
    create or replace temp table moved as
    select from_customer_id, max(customer_id) as customer_id
    from marts.customer_merges where change = 'merge' group by from_customer_id
"""
_EARLIER = """
    create or replace temp table earlier as
    select own.* exclude (customer_id),
        coalesce(moved.customer_id, own.customer_id) as customer_id
    from outreach.list_entries as own
    left join moved on own.customer_id = moved.from_customer_id
    where list = $list and as_of < $as_of::timestamptz
"""
# The episode that a customer would be in, if on the list now.
_UNDER_WAY = """
    create or replace temp table under_way as
    select customer_id, occasion, min(since) as since,
        arg_min(entry_id, (since, entry_id)) as entry_id
    from earlier
    where as_of >= $as_of::timestamptz - to_days($cooldown)
    group by customer_id, occasion
"""
# What was handed over before now. A clock that runs behind `as_of` (a replay of tomorrow) hands
# nothing over before the list that it is of.
_HANDED_OVER = """
    create or replace temp table handed_over as
    select own.list, coalesce(moved.customer_id, own.customer_id) as customer_id, own.occasion,
        own.first_as_of, greatest(own.changed_at, own.first_as_of) as handed_at
    from outreach.outbox as own
    left join moved on own.customer_id = moved.from_customer_id
    where own.status = 'sent'
        and greatest(own.changed_at, own.first_as_of) < $as_of::timestamptz
"""
_RECOVERED = """
    insert into outreach.recoveries by name
    with before as (
        select customer_id, min(since) as since,
            arg_min(entry_id, (since, entry_id)) as entry_id, any_value(as_of) as last_as_of
        from earlier
        where as_of = (
            select max(as_of) from outreach.list_runs
            where list = $list and as_of < $as_of::timestamptz
        )
        group by customer_id
    )
    select $list as list, $as_of::timestamptz as as_of, before.*,
        case
            when main.reason is not null then main.reason
            when known.customer_id is null then 'erased'
            when known.customer_until is not null
                or (known.subscriptions > 0 and known.active_subscriptions = 0) then 'left'
            else 'score_fell'
        end as reason,
        case
            when main.reason is not null then main.detail
            when known.customer_id is null then 'not among the customers any more'
            when known.customer_until is not null then 'no customer any more, says the CRM'
            when known.subscriptions > 0 and known.active_subscriptions = 0
                then 'no subscription is active any more'
            else 'the score does not put them forward any more'
        end as detail
    from before
    left join outreach.suppressions as main
        on main.list = $list and main.as_of = $as_of::timestamptz and main.is_main
        and before.customer_id = main.customer_id
    left join marts.dim_customers as known on before.customer_id = known.customer_id
    where before.customer_id not in (
        select customer_id from outreach.list_entries
        where list = $list and as_of = $as_of::timestamptz
    )
"""


def look_back(connection: duckdb.DuckDBPyConnection, given: Given) -> None:
    """Make the tables `earlier`, `under_way` and `handed_over` of the time before `as_of`."""
    run(connection, _MOVED, given)
    run(connection, _EARLIER, given)
    run(connection, _UNDER_WAY, given)
    run(connection, _HANDED_OVER, given)


def note_recovered(connection: duckdb.DuckDBPyConnection, given: Given) -> None:
    """Write down who was on the list before and is not now, and why."""
    run(connection, _RECOVERED, given)
