"""What a HubSpot account holds: records that tests put in, change, delete, restore and merge."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

Row = dict[str, Any]
KINDS = ("contacts", "companies", "tickets", "feedback_submissions")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def milliseconds(time: str) -> int:
    """ISO 8601 or milliseconds, as milliseconds."""
    if time.isdigit():
        return int(time)
    return (datetime.fromisoformat(time) - _EPOCH) // timedelta(milliseconds=1)


def modified(kind: str) -> str:
    return "lastmodifieddate" if kind == "contacts" else "hs_lastmodifieddate"


class Account:
    """The records of one account.

    Attributes:
        records: by type and id; deleted ones too, until they are purged.
        unindexed: records whose present state the search does not know yet, by type and id, with
            the state that it does (None: not even that they are there).
        links: ids by (type, other type) and id.
        threads, messages: the inbox; messages by thread id, oldest first.
    """

    def __init__(self) -> None:
        self.records: dict[str, dict[str, Row]] = {kind: {} for kind in KINDS}
        self.unindexed: dict[tuple[str, str], Row | None] = {}
        self.links: dict[tuple[str, str], dict[str, list[str]]] = {}
        self.owners: list[Row] = []
        self.pipelines: list[Row] = []
        self.channels: list[Row] = []
        self.threads: dict[str, Row] = {}
        self.messages: dict[str, list[Row]] = {}
        self.originals: dict[str, Row] = {}

    def put(self, kind: str, id_: int | str, at: str, **properties: Any) -> Row:
        """Make a record, or change it, at a time (ISO 8601)."""
        key = str(id_)
        born = {"createdAt": at, "properties": {}, "history": {}}
        row = self.records[kind].setdefault(key, {"id": key, "archived": False, **born})
        row["updatedAt"] = at
        given = {"hs_object_id": key, modified(kind): at, **properties}
        row["properties"].setdefault("hs_createdate" if kind not in KINDS[:3] else "createdate", at)
        for name, value in given.items():
            if row["properties"].get(name) != value:
                row["history"].setdefault(name, []).insert(0, {"value": value, "timestamp": at})
            row["properties"][name] = value
        return row

    def delete(self, kind: str, id_: int | str, at: str) -> None:
        self.records[kind][str(id_)] |= {"archived": True, "archivedAt": at}

    def restore(self, kind: str, id_: int | str) -> None:
        """Back from the bin; no time of the record moves."""
        row = self.records[kind][str(id_)]
        row["archived"] = False
        del row["archivedAt"]

    def merge(self, kind: str, loser: int | str, into: int | str, at: str) -> None:
        """The loser vanishes: no list tells of it, only the winner's property does."""
        gone = self.records[kind].pop(str(loser))
        before = self.records[kind][str(into)]["properties"].get("hs_merged_object_ids")
        earlier = [before, gone["properties"].get("hs_merged_object_ids"), gone["id"]]
        self.put(kind, into, at, hs_merged_object_ids=";".join(filter(None, earlier)))

    def link(self, kind: str, id_: int | str, other: str, ids: Iterable[int | str]) -> None:
        self.links.setdefault((kind, other), {})[str(id_)] = [str(i) for i in ids]

    def thread(self, id_: int | str, at: str, **changes: Any) -> Row:
        """Make a thread, or change it (closing it moves no time of it but `closedAt`)."""
        key = str(id_)
        fresh: Row = {
            "createdAt": at,
            "status": "OPEN",
            "originalChannelId": "1000",
            "inboxId": "1",
        }
        fresh |= {"id": key, "originalChannelAccountId": "1", "spam": False, "archived": False}
        row = self.threads.setdefault(key, {**fresh, "latestMessageTimestamp": at})
        row |= changes
        self.messages.setdefault(key, [])
        return row

    def message(self, thread: int | str, id_: str, at: str, sender: str, **more: Any) -> Row:
        """Add something to a thread; `sender`: an actor's id."""
        key = str(thread)
        row: Row = {"id": id_, "type": "MESSAGE", "conversationsThreadId": key, "createdAt": at}
        row |= {"createdBy": sender, "senders": [{"actorId": sender}], "archived": False}
        row |= {"direction": "INCOMING" if sender.startswith("V-") else "OUTGOING"}
        row |= {"truncationStatus": "NOT_TRUNCATED", "text": "", **more}
        self.messages.setdefault(key, []).append(row)
        self.threads[key]["latestMessageTimestamp"] = at
        return row
