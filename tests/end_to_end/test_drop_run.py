"""`heedline run` on real support data: the published numbers against plain Python.

The oracles read the source files again and know nothing of our SQL.
"""

import csv
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.end_to_end.conftest import Heedline, started, wait_until_it_says
from tests.end_to_end.looking import rows, warehouse_of
from tests.real_data import INCIDENTS, TWCS, write_incident_drop, write_twcs_drop
from tests.searching import files_with

pytestmark = pytest.mark.slow

MINUTE = 60.0
SECRET = "planted-secret-5f1c"


def conversations(home: Path, columns: str) -> dict[str, tuple]:
    """Published conversations by the id they were dropped with."""
    found = rows(home, f"select remote_id, {columns} from fct_conversations")
    assert len({row[0] for row in found}) == len(found)
    return {row[0]: row[1:] for row in found}


def dropped(folder: Path, entity: str) -> list[dict[str, str]]:
    with (folder / f"{entity}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def instant(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def first_response_minutes(messages: list[dict[str, str]]) -> float | None:
    """First customer message → first agent message after it, over one conversation."""
    ordered = sorted(messages, key=lambda m: instant(m["sent_at"]))
    asked = next((m for m in ordered if m["author_type"] == "customer"), None)
    if asked is None:
        return None
    answers = [instant(m["sent_at"]) for m in ordered if m["author_type"] == "agent"]
    later = [a for a in answers if a > instant(asked["sent_at"])]
    return (later[0] - instant(asked["sent_at"])).total_seconds() / MINUTE if later else None


@pytest.mark.skipif(not TWCS.exists(), reason="shared/data/real is not beside this checkout")
def test_real_tweets_become_conversations_with_their_response_times_though_another_source_is_broken(
    heedline: Heedline, home: Path
) -> None:
    folder = home / "tweets"
    written = write_twcs_drop(TWCS, folder)
    done = heedline(
        *("run", "--live", "--as-of", "2017-12-31T00:00:00Z"),
        HEEDLINE_DROP_DIR=str(folder),
        AIRFLOW_CONN_HEEDLINE_STRIPE=f"http://sk_test:{SECRET}@127.0.0.1:9",
    )
    assert done.returncode == 1
    assert re.search(
        r"failed ingest_stripe\.extract: SourceError: stripe: .*127\.0\.0\.1", done.stderr
    )
    assert "quarantined  file_drop: messages.csv row" in done.stdout
    assert SECRET not in done.stdout + done.stderr
    assert not files_with(home, SECRET)
    # What is there is found: the search looks into the warehouse's tables too.
    assert warehouse_of(home) in files_with(home / "data" / "warehouse", "AmazonHelp")

    threads: dict[str, list[dict[str, str]]] = {}
    for message in dropped(folder, "messages"):
        threads.setdefault(message["conversation_id"], []).append(message)
    threads.pop("")  # the fragment that the gate set aside
    published = conversations(
        home, "channel, source_system, first_response_minutes, excluded_reason"
    )
    assert len(published) == written["conversations"]
    assert set(published) == set(threads)
    wrong = {
        key: (row, first_response_minutes(threads[key]))
        for key, row in published.items()
        if row[:2] != ("social", "tweets")
        or row[2] != pytest.approx(first_response_minutes(threads[key]), abs=1e-6)
        or row[3] is not None
    }
    assert not wrong


@pytest.mark.skipif(not INCIDENTS.exists(), reason="shared/data/real is not beside this checkout")
def test_another_folder_stands_alone_and_is_counted_right_after_a_kill_9(
    heedline: Heedline, home: Path
) -> None:
    folder = home / "incidents"
    written = write_incident_drop(INCIDENTS, folder)
    process = started(home, "run", "--drop", str(folder))
    wait_until_it_says("ingest_file_drop.load ", process)
    process.kill()
    process.communicate()
    done = heedline("run", "--drop", str(folder), "--as-of", "2017-06-30T00:00:00Z")
    assert done.returncode == 0, done.stdout + done.stderr

    opened = {
        c["conversation_id"]: instant(c["opened_at"]) for c in dropped(folder, "conversations")
    }
    history: dict[str, list[tuple[datetime, str, str]]] = {key: [] for key in opened}
    for event in dropped(folder, "conversation_events"):
        if event["event_type"] == "status":
            entry = (instant(event["occurred_at"]), event["old_value"], event["new_value"])
            history[event["conversation_id"]].append(entry)
    over = {"solved", "closed"}
    published = conversations(home, "source_system, reopens, first_resolution_minutes")
    assert len(published) == written["conversations"]
    wrong = {}
    for key, (system, reopens, minutes) in published.items():
        events = sorted(history[key])
        expected_reopens = sum(old in over and new == "open" for _, old, new in events)
        ends = [at for at, _, new in events if new in over]
        expected = (ends[0] - opened[key]).total_seconds() / MINUTE if ends else None
        if (system, reopens) != ("incidents", expected_reopens) or minutes != pytest.approx(
            expected
        ):
            wrong[key] = (reopens, expected_reopens, minutes, expected)
    assert not wrong
