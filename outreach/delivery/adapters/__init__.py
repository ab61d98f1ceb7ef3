"""One small module per kind of target."""

import importlib
from typing import Any, cast

from outreach.delivery.adapters.base import Adapter
from outreach.delivery.http import Pace
from outreach.delivery.targets import FileTarget, Target
from warehouse.credentials import Credentials

# By name, so that a target's libraries are imported when it is used.
_KINDS = {
    "csv": "files.Files",
    "xlsx": "files.Files",
    "salesforce_task": "salesforce.Salesforce",
    "hubspot_task": "hubspot.Hubspot",
    "zendesk_ticket": "zendesk.ZendeskTickets",
    "zendesk_user": "zendesk.ZendeskUsers",
    "slack": "slack.Slack",
    "email": "email.Email",
    "webhook": "webhook.Webhook",
}


def open_adapter(target: Target, credentials: Credentials, pace: Pace) -> Adapter:
    """The target's adapter, signed in where it signs in at once.

    Raises:
        Undelivered: it cannot be opened.
    """
    module, _, name = _KINDS[target.kind].partition(".")
    kind: Any = getattr(importlib.import_module(f"{__name__}.{module}"), name)
    given = (target,) if isinstance(target, FileTarget) else (target, credentials, pace)
    return cast(Adapter, kind(*given))
