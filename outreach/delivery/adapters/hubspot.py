"""HubSpot tasks on a contact, each marked in its text.

HubSpot has no idempotency key, and its search lags behind by seconds. The tasks of a contact,
read by their association, do not lag: that is where a message is looked up.
"""

from collections.abc import Mapping
from html import escape
from typing import Any

from outreach.delivery.adapters.base import Adapter, RemoteState
from outreach.delivery.http import Http, Pace
from outreach.delivery.messages import Message, Refused
from outreach.delivery.targets import HubspotTarget
from outreach.delivery.templates import fill
from warehouse.clock import iso, parse_as_of
from warehouse.credentials import Credentials

_ROOT = "/crm/objects/2026-03"
_BODY = "hs_task_body"
_STATUS = "hs_task_status"
_READ_AT_ONCE = 100
_TASK_TO_CONTACT = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 204}


class Hubspot(Adapter):
    """Signs in with a private app's token (the connection's password)."""

    asks_at_once = _READ_AT_ONCE

    def __init__(self, target: HubspotTarget, credentials: Credentials, pace: Pace) -> None:
        self._target = target
        self._http = Http(
            credentials,
            pace,
            target.timeout_seconds,
            headers={"Authorization": f"Bearer {credentials.password}"},
            own_wait=_own_wait,
        )
        self._contacts: dict[str, str] = {}

    def find(self, message: Message) -> str | None:
        if not message.rows:
            return None
        tasks = self._tasks_of(self._contact(message))
        for first in range(0, len(tasks), _READ_AT_ONCE):
            found = self._read("tasks", tasks[first : first + _READ_AT_ONCE], [_BODY])
            for task in found:
                if message.marker in (task["properties"].get(_BODY) or ""):
                    return str(task["id"])
        return None

    def send(self, message: Message) -> str:
        properties = {
            name: fill(text, message.row, escape if name == _BODY else str)
            for name, text in self._target.fields.items()
        }
        properties.setdefault("hs_timestamp", iso(message.as_of))
        properties[_BODY] = f"{properties.get(_BODY, '')}<br>{message.marker}"
        contact = {"to": {"id": self._contact(message)}, "types": [_TASK_TO_CONTACT]}
        body = {"properties": properties, "associations": [contact]}
        return str((self._http.send("POST", f"{_ROOT}/tasks", json=body) or {}).get("id", ""))

    def states(self, remote_ids: list[str]) -> list[RemoteState]:
        there = [_state(task) for task in self._read("tasks", remote_ids, [_STATUS])]
        # A deleted one is in the recycling bin, which is asked by itself.
        missing = sorted(set(remote_ids) - {one.remote_id for one in there})
        gone = self._read("tasks", missing, [_STATUS], archived=True) if missing else []
        return there + [_state(task) for task in gone]

    def close(self) -> None:
        self._http.close()

    def _contact(self, message: Message) -> str:
        """The contact's HubSpot id: given, or looked up by e-mail address."""
        said = fill(self._target.contact, message.row).strip()
        if not said:
            raise Refused("nothing to find the HubSpot contact by (`contact` of the target)")
        if "@" not in said:
            return said
        if message.key not in self._contacts:
            found = self._read("contacts", [said], [], by="email")
            if not found:
                raise Refused("HubSpot has no contact with this e-mail address")
            self._contacts[message.key] = str(found[0]["id"])
        return self._contacts[message.key]

    def _tasks_of(self, contact: str) -> list[str]:
        path, after = f"{_ROOT}/contacts/{contact}/associations/tasks", None
        found: list[str] = []
        while True:
            page = self._http.look("GET", path, params={"after": after} if after else None) or {}
            found += [str(row["toObjectId"]) for row in page.get("results", [])]
            after = page.get("paging", {}).get("next", {}).get("after")
            if not after:
                return found

    def _read(
        self,
        kind: str,
        ids: list[str],
        properties: list[str],
        by: str | None = None,
        *,
        archived: bool = False,
    ) -> list[dict[str, Any]]:
        asked: dict[str, Any] = {
            "inputs": [{"id": one} for one in ids],
            "properties": properties,
            "propertiesWithHistory": [],
        }
        if by:
            asked["idProperty"] = by
        path, only = f"{_ROOT}/{kind}/batch/read", {"archived": "true"} if archived else None
        answer = self._http.look("POST", path, json=asked, params=only) or {}
        results: list[dict[str, Any]] = answer.get("results", [])
        return results


def _own_wait(headers: Mapping[str, str]) -> float | None:
    # It tells only the stretch of time that its limit is counted over.
    interval = headers.get("X-HubSpot-RateLimit-Interval-Milliseconds", "").strip()
    return int(interval) / 1000 if interval.isdigit() else None


def _state(task: dict[str, Any]) -> RemoteState:
    is_deleted = bool(task["archived"])
    return RemoteState(
        remote_id=str(task["id"]),
        # Empty where nobody has set it.
        status=str(task["properties"].get(_STATUS) or "NOT_STARTED"),
        changed_at=parse_as_of(task["archivedAt"] if is_deleted else task["updatedAt"]),
        is_deleted=is_deleted,
    )
