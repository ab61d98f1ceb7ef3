"""Real support data in our unified terms: what a user of the file drop writes for their system.

The files lie in `shared/data/real` beside the checkout, where somebody has put them; tests that use
them are skipped elsewhere. Both mappings read text, write text, and leave nothing out silently.
"""

import csv
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

REAL = Path(__file__).resolve().parent.parent.parent / "shared" / "data" / "real"
TWCS = REAL / "twcs_sample.csv"
INCIDENTS = REAL / "incident_event_log_5998.csv"

Row = dict[str, Any]


def write_twcs_drop(src: Path, dst: Path) -> dict[str, int]:
    """Customer Support on Twitter: a thread of tweets is one conversation on channel social.

    A tweet marked inbound is the customer's; the others are the company's, whose handle is the
    agent and the brand. A thread is all tweets that reply to one another, named by its oldest
    tweet. Fragments become messages without an id, for the gate to set aside. Returns rows
    written per entity.
    """
    with src.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file, restval=""))
    # One tweet of the sample is broken over two lines; its second half is no tweet.
    fragments = [row for row in rows if row["inbound"] not in {"True", "False"}]
    tweets = {row["tweet_id"]: row for row in rows if row not in fragments}
    root = _threads(tweets)
    threads: dict[str, list[Row]] = {}
    for tweet in tweets.values():
        tweet["at"] = datetime.strptime(tweet["created_at"], "%a %b %d %H:%M:%S %z %Y")
        threads.setdefault(root[tweet["tweet_id"]], []).append(tweet)
    conversations, messages = [], []
    for tweets_of_thread in threads.values():
        ordered = sorted(tweets_of_thread, key=lambda t: (t["at"], int(t["tweet_id"])))
        key = ordered[0]["tweet_id"]
        customers = [t["author_id"] for t in ordered if t["inbound"] == "True"]
        brands = [t["author_id"] for t in ordered if t["inbound"] != "True"]
        conversations.append(
            {
                "conversation_id": key,
                "channel": "social",
                "opened_at": _iso(ordered[0]["at"]),
                "contact_id": customers[0] if customers else "",
                "brand": brands[0] if brands else "",
                "assignee_agent_id": brands[0] if brands else "",
                "updated_at": _iso(ordered[-1]["at"]),
            }
        )
        messages += [
            {
                "message_id": t["tweet_id"],
                "conversation_id": key,
                "sent_at": _iso(t["at"]),
                "author_type": "customer" if t["inbound"] == "True" else "agent",
                "author_id": t["author_id"],
                "body": t["text"],
            }
            for t in ordered
        ]
    customers = sorted({m["author_id"] for m in messages if m["author_type"] == "customer"})
    agents = sorted({m["author_id"] for m in messages if m["author_type"] == "agent"})
    unreadable = dict.fromkeys(messages[0], "")
    messages += [{**unreadable, "body": row[""]} for row in fragments]
    return _write(
        dst,
        contacts=[{"contact_id": c, "name": f"@{c}"} for c in customers],
        agents=[{"agent_id": a, "name": a, "team": a, "role": "agent"} for a in agents],
        conversations=conversations,
        messages=messages,
    )


def _threads(tweets: dict[str, dict[str, str]]) -> dict[str, str]:
    """Tweet → a tweet that stands for its thread (union-find over the replies)."""
    parent = {key: key for key in tweets}

    def find(key: str) -> str:
        while parent[key] != key:
            parent[key] = parent[parent[key]]
            key = parent[key]
        return key

    for key, tweet in tweets.items():
        answered = tweet["in_response_to_tweet_id"].removesuffix(".0")
        for other in [answered, *tweet["response_tweet_id"].split(",")]:
            if other in parent:
                parent[find(other)] = find(key)
    return {key: find(key) for key in tweets}


_STATUS = {
    "New": "new",
    "Active": "open",
    "Awaiting User Info": "pending",
    "Awaiting Problem": "hold",
    "Awaiting Vendor": "hold",
    "Awaiting Evidence": "hold",
    "Resolved": "solved",
    "Closed": "closed",
}
_CHANNEL = {"Phone": "phone", "Email": "email", "Self service": "self_service", "IVR": "phone"}


def write_incident_drop(src: Path, dst: Path) -> dict[str, int]:
    """UCI incident event log (ServiceNow): each row is the incident after one update.

    Changes of state, group, person and priority between rows become events; the last row is the
    conversation as it stands. Times are day-first, to the minute, taken as UTC; `?` means unknown;
    a state that is only a number (`-100` occurs) is left as the vendor wrote it. Returns rows
    written per entity.
    """
    with src.open(newline="", encoding="utf-8") as file:
        rows = [{k: "" if v == "?" else v for k, v in row.items()} for row in csv.DictReader(file)]
    incidents: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        incidents.setdefault(row["number"], []).append(row)
    conversations, events = [], []
    for number, updates in incidents.items():
        updates.sort(key=lambda r: (_day_first(r["sys_updated_at"]), int(r["sys_mod_count"])))
        last = updates[-1]
        conversations.append(
            {
                "conversation_id": number,
                "channel": _CHANNEL.get(last["contact_type"], "ticket"),
                "opened_at": _iso(_day_first(last["opened_at"])),
                "contact_id": last["caller_id"],
                "subject": f"{last['category']} {last['subcategory']}".strip(),
                "status": _status(last),
                "priority": last["priority"],
                "team": last["assignment_group"],
                "assignee_agent_id": last["assigned_to"],
                "updated_at": _iso(_day_first(last["sys_updated_at"])),
            }
        )
        events += _changes(number, updates)
    callers = sorted({r["caller_id"] for r in rows} - {""})
    agents = sorted({r["assigned_to"] for r in rows} - {""})
    return _write(
        dst,
        contacts=[{"contact_id": c, "name": c} for c in callers],
        agents=[{"agent_id": a, "name": a, "role": "agent"} for a in agents],
        conversations=conversations,
        conversation_events=events,
    )


def _changes(number: str, updates: list[dict[str, str]]) -> Iterable[Row]:
    fields = {
        "status": _status,
        "team": lambda r: r["assignment_group"],
        "assignee": lambda r: r["assigned_to"],
        "priority": lambda r: r["priority"],
    }
    for kind, value in fields.items():
        old = ""
        for nth, row in enumerate(updates):
            new = value(row)
            if new and new != old:
                yield {
                    "event_id": f"{number}-{kind}-{nth}",
                    "conversation_id": number,
                    "occurred_at": _iso(_day_first(row["sys_updated_at"])),
                    "event_type": kind,
                    "old_value": old,
                    "new_value": new,
                    "actor_type": "agent",
                    "actor_id": row["sys_updated_by"],
                }
                old = new


def _status(row: dict[str, str]) -> str:
    return _STATUS.get(row["incident_state"], row["incident_state"])


def _day_first(text: str) -> datetime:
    return datetime.strptime(text, "%d-%m-%Y %H:%M").replace(tzinfo=UTC)


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _write(dst: Path, **entities: list[Row]) -> dict[str, int]:
    dst.mkdir(parents=True, exist_ok=True)
    for name, rows in entities.items():
        with (dst / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    return {name: len(rows) for name, rows in entities.items()}
