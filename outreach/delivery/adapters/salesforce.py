"""Salesforce Tasks: by the org's own external-id field where there is one, else by a marker.

A Task is looked up before it is made. With `external_id_field` (a text field of Activity, marked
External ID) the look-up and the upsert go by the key; without, the key's marker ends the Subject,
the only standard text of a Task that SOQL can filter by.
"""

from typing import Any

from outreach.delivery.adapters.base import Adapter, RemoteState
from outreach.delivery.http import Http, Pace
from outreach.delivery.messages import Closed, Message, Refused
from outreach.delivery.targets import SalesforceTarget
from outreach.delivery.templates import fill
from warehouse.clock import parse_as_of
from warehouse.credentials import Credentials

_LONGEST_SUBJECT = 255


class Salesforce(Adapter):
    """Signs in by OAuth client credentials: login = consumer key, password = consumer secret."""

    asks_at_once = 200  # ids that fit into an address

    def __init__(self, target: SalesforceTarget, credentials: Credentials, pace: Pace) -> None:
        self._target = target
        self._root = f"/services/data/v{target.api_version}"
        token, instance = _sign_in(credentials, pace, target.timeout_seconds)
        self._http = Http(
            Credentials(base_url=instance),
            pace,
            target.timeout_seconds,
            headers={"Authorization": f"Bearer {token}"},
        )

    def find(self, message: Message) -> str | None:
        field = self._target.external_id_field
        # Both are hexadecimal words of our own making: nothing to escape in SOQL.
        where = f"{field} = '{message.key}'" if field else f"Subject LIKE '%{message.marker}'"
        query = f"SELECT Id FROM Task WHERE {where} LIMIT 1"
        found = self._http.look("GET", f"{self._root}/queryAll", params={"q": query})
        records = (found or {}).get("records") or []
        return str(records[0]["Id"]) if records else None

    def send(self, message: Message) -> str:
        filled = {name: fill(text, message.row) for name, text in self._target.fields.items()}
        task = {name: value for name, value in filled.items() if value}
        field = self._target.external_id_field
        if field:
            path = f"{self._root}/sobjects/Task/{field}/{message.key}"
            return _id_of(self._http.send("PATCH", path, json=_cut(task, "")))
        path = f"{self._root}/sobjects/Task"
        return _id_of(self._http.send("POST", path, json=_cut(task, f" {message.marker}")))

    def states(self, remote_ids: list[str]) -> list[RemoteState]:
        ids = ", ".join(f"'{one}'" for one in remote_ids if one.isalnum())
        query = (
            "SELECT Id, Status, IsClosed, IsDeleted, LastModifiedDate FROM Task "
            f"WHERE Id IN ({ids})"
        )
        path, asked = f"{self._root}/queryAll", {"q": query}
        found: list[RemoteState] = []
        while True:
            page = self._http.look("GET", path, params=asked)
            found += [_state(record) for record in page["records"]]
            if page["done"]:
                return found
            path, asked = page["nextRecordsUrl"], {}

    def close(self) -> None:
        self._http.close()


def _state(record: dict[str, Any]) -> RemoteState:
    return RemoteState(
        remote_id=str(record["Id"]),
        status=str(record["Status"]),
        changed_at=parse_as_of(record["LastModifiedDate"]),
        is_closed=bool(record["IsClosed"]),
        is_deleted=bool(record["IsDeleted"]),
    )


def _cut(task: dict[str, str], ending: str) -> dict[str, str]:
    subject = task.get("Subject", "Customer at risk")[: _LONGEST_SUBJECT - len(ending)]
    return {**task, "Subject": subject + ending}


def _id_of(answer: Any) -> str:
    return str((answer or {}).get("id", ""))


def _sign_in(credentials: Credentials, pace: Pace, timeout: float) -> tuple[str, str]:
    """(access token, the org's own address)."""
    http = Http(credentials, pace, timeout)
    asked = {
        "grant_type": "client_credentials",
        "client_id": credentials.login,
        "client_secret": credentials.password,
    }
    try:
        answer = http.look("POST", "/services/oauth2/token", data=asked)
    except Refused as error:
        raise Closed(f"credentials refused: {error}; renew consumer key and secret") from None
    finally:
        http.close()
    token = (answer or {}).get("access_token")
    if not token:
        raise Closed("the sign-in's answer holds no access_token")
    return str(token), str(answer.get("instance_url") or credentials.base_url)
