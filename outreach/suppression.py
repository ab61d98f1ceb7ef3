"""Why a customer is left out of a list. One reason, one query; the first that applies is the main.

A query gives `customer_id` and `detail` (plain words for the success team, no personal data); it
may name the parameters of outreach/rules.py and the tables that outreach/lists.py made before.
Every reason that applies is kept. Being over capacity is no rule of its own: it follows from who is
left (outreach/lists.py).
"""

from dataclasses import dataclass

import duckdb

from outreach.rules import Given, run


@dataclass(frozen=True)
class Reason:
    """A rule: `name` is what the ledger shows, `query` finds the customers it holds back."""

    name: str
    query: str


ERASED = Reason(
    "erased",
    """
    select customer_id, 'not among the customers any more' as detail
    from candidates
    where customer_id not in (select customer_id from marts.dim_customers)
    """,
)

DO_NOT_CONTACT = Reason(
    "do_not_contact",
    # A person asked one system to be left alone; that holds for all of their records (dbt's rule).
    """
    select customer_id, 'asked not to be contacted' as detail
    from marts.dim_customers
    where do_not_contact
    """,
)

CONSENT_REFUSED = Reason(
    "consent_refused",
    """
    select customer_id,
        'no consent to be contacted for ' || string_agg(purpose, ', ' order by purpose) as detail
    from marts.customer_consents
    where status = 'refused' and purpose in (select unnest($purposes))
    group by customer_id
    """,
)

UNREACHABLE = Reason(
    "no_contact_details",
    """
    select customer_id, 'neither an e-mail address nor a phone number is known' as detail
    from candidates
    where coalesce(trim(email), '') = '' and coalesce(trim(phone), '') = ''
    """,
)

OPEN_ESCALATION = Reason(
    "open_escalation",
    """
    select customer_id,
        'waits for an answer to an escalation since ' || min(opened_at)::date::varchar as detail
    from marts.fct_conversations
    where not is_solved and excluded_reason is null and escalation_request >= $escalation
    group by customer_id
    """,
)

CONTACTED = Reason(
    "contacted_recently",
    # The own list's entries stay for the days to act, then wait out the cooldown of their episode.
    """
    with contacts as (
        select customer_id, handed_at as contacted_at, 'handed over on ' as how
        from handed_over inner join under_way using (customer_id, occasion)
            semi join candidates using (customer_id, occasion)
        where list = $list and first_as_of >= since
            and handed_at <= $as_of::timestamptz - to_days($act)
        union all
        select customer_id, handed_at, 'handed over for the list ' || list || ' on '
        from handed_over
        where list in (select unnest($sales))
            and handed_at > $as_of::timestamptz - to_days($cooldown)
        union all
        select customer_id, opened_at, 'an agent wrote or called first on '
        from marts.fct_conversations
        where not $service and not is_customer_opened and excluded_reason is null
            and opened_at > $as_of::timestamptz - to_days($cooldown)
    )
    select customer_id, arg_max(how, (contacted_at, how)) || max(contacted_at)::date::varchar
        as detail
    from contacts group by customer_id
    """,
)

ON_ANOTHER_LIST = Reason(
    "on_another_list",
    """
    select customer_id, 'on the list ' || min(list) as detail
    from (
        select list, customer_id from outreach.list_entries
        where as_of = $as_of::timestamptz and list in (select unnest($above))
        union all
        select list, customer_id from outreach.suppressions
        where as_of = $as_of::timestamptz and list in (select unnest($above))
            and reason = 'holdout' and is_main
    )
    group by customer_id
    """,
)

OVER_CAPACITY = "over_capacity"

HOLDOUT = Reason(
    "holdout",
    "select customer_id, 'never contacted, to tell whether contacting helps' as detail "
    "from candidates where is_held_out",
)

# In the order in which they are told. The last two need not keep a customer off by themselves.
FORBID = (
    *(ERASED, DO_NOT_CONTACT, CONSENT_REFUSED, UNREACHABLE, OPEN_ESCALATION, CONTACTED),
    ON_ANOTHER_LIST,
)
ORDER = (*(reason.name for reason in FORBID), OVER_CAPACITY, HOLDOUT.name)


def apply(connection: duckdb.DuckDBPyConnection, reasons: tuple[Reason, ...], given: Given) -> None:
    """Add a row (customer_id, reason, detail) to `applying` for every candidate a reason is for."""
    for reason in reasons:
        run(
            connection,
            f"insert into applying select customer_id, '{reason.name}', detail "
            f"from ({reason.query}) semi join candidates using (customer_id)",
            given,
        )
