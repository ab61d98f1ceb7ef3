"""Every target that can be asked or tells repeats by key, beside the server that stands for it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI

from sample.servers import hubspot, salesforce_tasks, slack, webhook, zendesk_writes

CONTACTS = {"501": "ana@x.example", "502": "bo@x.example", "503": "cy@x.example"}


@dataclass(frozen=True)
class Vendor:
    """`login`: whose credentials; `seen`: what people at the vendor see, one item per effect."""

    login: str
    app: Callable[[], FastAPI]
    kind: str
    settings: dict[str, Any]
    seen: Callable[[FastAPI], list[Any]]
    effects: int = 3


_TASK = {
    "Subject": "Call {customer_name}",
    "Description": "{score:.0%}: {top_reasons}",
    "WhoId": "{id_in_salesforce}",
}
_LINE = {"line": "{position}. {customer_name}: {top_reasons}"}

VENDORS = {
    "salesforce": Vendor(
        *("salesforce", salesforce_tasks.app, "salesforce_task", {"fields": _TASK}),
        lambda app: list(app.state.tasks.values()),
    ),
    "salesforce_external_id": Vendor(
        *("salesforce", salesforce_tasks.app, "salesforce_task"),
        {"fields": _TASK, "external_id_field": "Heedline_Key__c"},
        lambda app: list(app.state.tasks.values()),
    ),
    "hubspot": Vendor(
        *("hubspot", lambda: hubspot.app(CONTACTS), "hubspot_task"),
        {"fields": {"hs_task_subject": "Call {customer_name}", "hs_task_body": "{customer_name}"}},
        lambda app: list(app.state.tasks.values()),
    ),
    "zendesk_ticket": Vendor(
        *("zendesk", zendesk_writes.app, "zendesk_ticket"),
        {
            "fields": {
                "subject": "At risk: {customer_name}",
                "comment": "{top_reasons}",
                "requester_id": "{id_in_zendesk}",
                "360001": "{band}",
            }
        },
        lambda app: app.state.made,
    ),
    "zendesk_user": Vendor(
        *("zendesk", zendesk_writes.app, "zendesk_user", {"fields": {"churn_risk": "{band}"}}),
        lambda app: list(app.state.user_fields.items()),
    ),
    "slack": Vendor(
        *("slack", slack.app, "slack", {"channel": slack.CHANNEL, "fields": _LINE}),
        lambda app: app.state.messages,
        effects=1,
    ),
    "webhook": Vendor(
        *("webhook", webhook.app, "webhook"),
        {"path": webhook.PATH, "fields": {"customer_id": "{customer_id}", "score": "{score}"}},
        lambda app: list(app.state.events.values()),
    ),
}
