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
    # A person asked one system to be left alone; that holds for all of their records (dbt's rule).
    """
    select customer_id, 'asked not to be contacted' as detail
    from marts.dim_customers
    where do_not_contact
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
