"""Why a customer is left out of a list. One reason, one query; the first that applies is told.

A query gives `customer_id` and `detail` (plain words for the success team, no personal data).
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Reason:
    """A rule: `name` is what the ledger shows, `query` finds the customers it holds back."""

    name: str
    query: str


DO_NOT_CONTACT = Reason(
    "do_not_contact",
    # A person asked one system to be left alone; that holds for all of their records.
    """
    select cluster.customer_id,
        'asked not to be contacted (' || string_agg(
            distinct contact.source_system, ', ' order by contact.source_system
        ) || ')' as detail
    from intermediate.int_contacts as contact
    inner join ml.identity_clusters as cluster
        on contact.source_system = cluster.source_system
        and contact.remote_id = cluster.remote_id
    where contact.do_not_contact
    group by cluster.customer_id
    """,
)

UNREACHABLE = Reason(
    "no_contact_details",
    """
    select customer_id, 'neither an e-mail address nor a phone number is known' as detail
    from marts.at_risk_customers
    where coalesce(trim(email), '') = '' and coalesce(trim(phone), '') = ''
    """,
)

REASONS = (DO_NOT_CONTACT, UNREACHABLE)
