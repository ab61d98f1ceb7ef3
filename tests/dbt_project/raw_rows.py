"""A few raw rows of every source, joined in every way that staging joins them.

Every row is as old as the others; columns that a test does not look at are missing (null).
"""

from tests.dbt_project.drop import COLUMNS
from tests.dbt_project.raw.desks import FRESHDESK, HUBSPOT, INTERCOM, ZENDESK
from tests.dbt_project.raw.help_centres import GURU, HELPJUICE
from tests.dbt_project.raw.people import SALESFORCE, SHOPIFY, STRIPE
from tests.dbt_project.raw.phones import AIRCALL, AMAZON_CONNECT, TWILIO
from tests.dbt_project.raw.rows import Row
from tests.dbt_project.raw.social import APP_STORE, GOOGLE_PLAY, META, REDDIT, X
from tests.dbt_project.raw.surveys import DELIGHTED, QUALTRICS, SURVEY, SURVEYMONKEY
from tests.dbt_project.raw.words import DRIFT, EMAIL

__all__ = ["RAW", "Row"]


def _dropped() -> dict[str, list[Row]]:
    """One row of every entity, and rows about a ticket that Zendesk delivers as well."""
    at, newer = "2026-05-01T09:00:00Z", "2026-05-09T09:00:00Z"
    plain = {"opened_at": at, "sent_at": at, "occurred_at": at, "ring_at": at, "ordered_at": at}
    plain |= {"started_at": at, "conversation_id": "1", "updated_at": newer}
    rows = {
        entity: [
            {"source_system": "acme", "drop_folder": "acme"}
            | {name: plain.get(name, name) for name in columns.split()}
        ]
        for entity, columns in COLUMNS.items()
    }
    rows["conversations"] += [
        {"conversation_id": "2", "channel": "chat", "opened_at": at, "source_system": "acme"},
        {"conversation_id": "100", "channel": "phone", "opened_at": at, "updated_at": newer}
        | {"source_system": "zendesk"},
    ]
    return rows


RAW: dict[str, dict[str, list[Row]]] = {
    "zendesk": ZENDESK,
    "intercom": INTERCOM,
    "twilio": TWILIO,
    "email": EMAIL,
    "survey": SURVEY,
    "surveymonkey": SURVEYMONKEY,
    "qualtrics": QUALTRICS,
    "delighted": DELIGHTED,
    "salesforce": SALESFORCE,
    "stripe": STRIPE,
    "hubspot": HUBSPOT,
    "drift": DRIFT,
    "freshdesk": FRESHDESK,
    "aircall": AIRCALL,
    "x": X,
    "app_store": APP_STORE,
    "google_play": GOOGLE_PLAY,
    "reddit": REDDIT,
    "meta": META,
    "shopify": SHOPIFY,
    "amazon_connect": AMAZON_CONNECT,
    "guru": GURU,
    "helpjuice": HELPJUICE,
    "file_drop": _dropped(),
}
