"""Zendesk: a ticket per entry, found again by its `external_id`; or fields of the user.

A ticket opens with an internal note, so that no trigger writes to the customer. Besides the
look-up, the key goes along as `Idempotency-Key`, which Zendesk honours for two hours.
"""

from typing import Any

from outreach.delivery.adapters.base import Adapter, RemoteState
from outreach.delivery.http import Http, Pace
from outreach.delivery.messages import Message, Refused, Unsure
from outreach.delivery.targets import ZendeskTicketTarget, ZendeskUserTarget
from outreach.delivery.templates import fill, value_of
from warehouse.clock import parse_as_of
from warehouse.credentials import Credentials


def _open(
    target: ZendeskTicketTarget | ZendeskUserTarget, credentials: Credentials, pace: Pace
) -> Http:
    auth = (credentials.login, credentials.password)
    return Http(credentials, pace, target.timeout_seconds, auth=auth)


class ZendeskTickets(Adapter):
    """Signs in as `agent@company/token` with an API token. A field named by a number is custom."""

    asks_at_once = 100

    def __init__(self, target: ZendeskTicketTarget, credentials: Credentials, pace: Pace) -> None:
        self._target, self._http = target, _open(target, credentials, pace)

    def find(self, message: Message) -> str | None:
        found = self._http.look("GET", "/api/v2/tickets.json", params={"external_id": message.key})
        tickets = (found or {}).get("tickets") or []
        return str(tickets[0]["id"]) if tickets else None

    def send(self, message: Message) -> str:
        filled = {name: fill(text, message.row) for name, text in self._target.fields.items()}
        comment = filled.pop("comment", "")
        ticket: dict[str, Any] = {name: v for name, v in filled.items() if v and not name.isdigit()}
        custom = [{"id": int(name), "value": v} for name, v in filled.items() if name.isdigit()]
        if custom:
            ticket["custom_fields"] = custom
        ticket |= {
            "external_id": message.key,
            "comment": {"body": comment or ticket.get("subject", ""), "public": False},
        }
        try:
            answer = self._http.send(
                "POST",
                "/api/v2/tickets.json",
                json={"ticket": ticket},
                headers={"Idempotency-Key": message.key},
            )
        except Refused as error:
            # Taken under this key a while ago, with other words (scores move): look it up.
            if "IdempotentRequestError" in str(error):
                raise Unsure(str(error)) from None
            raise
        return str(((answer or {}).get("ticket") or {}).get("id", ""))

    def states(self, remote_ids: list[str]) -> list[RemoteState]:
        """Deleted tickets are left out, as are those that the login may not see."""
        path, asked = "/api/v2/tickets/show_many.json", {"ids": ",".join(remote_ids)}
        answer = self._http.look("GET", path, params=asked)
        return [
            RemoteState(
                remote_id=str(ticket["id"]),
                status=str(ticket["status"]),
                changed_at=parse_as_of(ticket["updated_at"]),
            )
            for ticket in answer["tickets"]
        ]

    def close(self) -> None:
        self._http.close()


class ZendeskUsers(Adapter):
    """Sets user fields: doing it twice changes nothing, so nothing has to be looked up."""

    def __init__(self, target: ZendeskUserTarget, credentials: Credentials, pace: Pace) -> None:
        self._target, self._http = target, _open(target, credentials, pace)

    def send(self, message: Message) -> str:
        user = fill(self._target.user, message.row).strip()
        if not user.isdigit():
            raise Refused("no Zendesk user is known of this customer (`user` of the target)")
        fields = {name: value_of(text, message.row) for name, text in self._target.fields.items()}
        body = {"user": {"user_fields": fields}}
        self._http.send("PUT", f"/api/v2/users/{user}.json", json=body)
        return user

    def close(self) -> None:
        self._http.close()
