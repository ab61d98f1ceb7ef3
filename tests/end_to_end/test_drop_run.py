"""`heedline run` on real support data: the published numbers against plain Python.

The oracles read the source files again and know nothing of our SQL.
"""

import csv
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.connectors.drop_house import DropHouse
from tests.end_to_end.conftest import Heedline, started, wait_until_it_says
from tests.end_to_end.looking import query, rows, warehouse_of
from tests.real_data import INCIDENTS, TWCS, write_incident_drop, write_twcs_drop
from tests.searching import files_with

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (TWCS.exists() and INCIDENTS.exists()),
        reason="shared/data/real is not beside this checkout",
    ),
]

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


def drop(part: Path, folder: Path) -> None:
    """Put another folder's files into one that may have some of the same names."""
    folder.mkdir(exist_ok=True)
    for file in part.glob("*.csv"):
        shutil.copy(file, folder / f"{file.stem}_{part.name}.csv")


@pytest.fixture(scope="module")
def tweets(home: Path) -> Path:
    folder = home / "tweets"
    write_twcs_drop(TWCS, folder)
    return folder


@pytest.fixture(scope="module")
def incidents(home: Path) -> Path:
    folder = home / "incidents"
    write_incident_drop(INCIDENTS, folder)
    return folder


@pytest.fixture(scope="module")
def elsewhere(home: Path) -> None:
    """A row of another folder lies in the warehouse already."""
    folder = home / "elsewhere"
    folder.mkdir()
    opened = "conversation_id,channel,opened_at\nother,email,2016-05-01T00:00:00Z\n"
    (folder / "conversations.csv").write_text(opened)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HEEDLINE_HOME", str(home / "data"))
        patch.setenv("HEEDLINE_DROP_DIR", str(folder))
        DropHouse(folder).load()


@pytest.fixture(scope="module")
def finished(
    heedline: Heedline, home: Path, elsewhere: None, incidents: Path
) -> subprocess.CompletedProcess[str]:
    """A run on one folder alone, killed while it works, and run again."""
    folder = home / "real"
    drop(incidents, folder)
    process = started(home, "run", "--drop", str(folder))
    wait_until_it_says("unify.build_unified ", process)
    process.kill()
    process.communicate()
    return heedline("run", "--drop", str(folder), "--as-of", "2017-06-30T00:00:00Z")


@pytest.fixture(scope="module")
def done(
    heedline: Heedline, home: Path, finished: subprocess.CompletedProcess[str], tweets: Path
) -> subprocess.CompletedProcess[str]:
    """Then more files in the folder, and a broken source."""
    folder = home / "real"
    drop(tweets, folder)
    return heedline(
        *("run", "--live", "--as-of", "2017-12-31T00:00:00Z"),
        HEEDLINE_DROP_DIR=str(folder),
        AIRFLOW_CONN_HEEDLINE_STRIPE=f"http://sk_test:{SECRET}@127.0.0.1:9",
    )


def test_a_run_that_was_killed_is_finished_by_the_next(
    finished: subprocess.CompletedProcess[str], home: Path, incidents: Path
) -> None:
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert conversations(home, "channel").keys() == {
        c["conversation_id"] for c in dropped(incidents, "conversations")
    }


def test_a_broken_source_is_named_without_its_secret_and_fails_the_run(
    done: subprocess.CompletedProcess[str], home: Path
) -> None:
    assert done.returncode == 1
    assert re.search(
        r"failed ingest_stripe\.extract: SourceError: stripe: .*127\.0\.0\.1", done.stderr
    )
    assert "quarantined  file_drop: messages_tweets.csv row" in done.stdout
    assert SECRET not in done.stdout + done.stderr
    assert not files_with(home, SECRET)
    # What is there is found: the search looks into the warehouse's tables too.
    assert warehouse_of(home) in files_with(home / "data" / "warehouse", "AmazonHelp")


@pytest.mark.usefixtures("done")
def test_the_folder_stands_alone_and_is_counted_right_though_kill_9_and_a_broken_source(
    home: Path, tweets: Path, incidents: Path
) -> None:
    in_warehouse = query(
        warehouse_of(home),
        "select drop_folder, count(*) from raw_file_drop.conversations group by 1",
    )
    expected = {
        c["conversation_id"]: "real"
        for folder in (tweets, incidents)
        for c in dropped(folder, "conversations")
    }
    assert dict(in_warehouse) == {"elsewhere": 1, "real": len(expected)}
    published = conversations(home, "source_system, excluded_reason")
    assert published == {key: (system, None) for key, system in expected.items()}


@pytest.mark.usefixtures("done")
def test_real_tweets_become_conversations_with_their_response_times(
    home: Path, tweets: Path
) -> None:
    threads: dict[str, list[dict[str, str]]] = {}
    for message in dropped(tweets, "messages"):
        threads.setdefault(message["conversation_id"], []).append(message)
    threads.pop("")  # the fragment that the gate set aside
    published = conversations(home, "channel, first_response_minutes")
    social = {key: minutes for key, (channel, minutes) in published.items() if channel == "social"}
    assert social.keys() == threads.keys()
    wrong = {
        key: (minutes, first_response_minutes(threads[key]))
        for key, minutes in social.items()
        if minutes != pytest.approx(first_response_minutes(threads[key]), abs=1e-6)
    }
    assert not wrong


@pytest.mark.usefixtures("done")
def test_real_incidents_are_reopened_and_resolved_as_their_log_says(
    home: Path, incidents: Path
) -> None:
    opened = {
        c["conversation_id"]: instant(c["opened_at"]) for c in dropped(incidents, "conversations")
    }
    history: dict[str, list[tuple[datetime, str, str]]] = {key: [] for key in opened}
    for event in dropped(incidents, "conversation_events"):
        if event["event_type"] == "status":
            entry = (instant(event["occurred_at"]), event["old_value"], event["new_value"])
            history[event["conversation_id"]].append(entry)
    over = {"solved", "closed"}
    published = conversations(home, "reopens, first_resolution_minutes")
    assert history.keys() <= published.keys()
    wrong = {}
    for key, changes in history.items():
        reopens, minutes = published[key]
        events = sorted(changes)
        expected_reopens = sum(old in over and new == "open" for _, old, new in events)
        ends = [at for at, _, new in events if new in over]
        expected = (ends[0] - opened[key]).total_seconds() / MINUTE if ends else None
        if reopens != expected_reopens or minutes != pytest.approx(expected):
            wrong[key] = (reopens, expected_reopens, minutes, expected)
    assert not wrong
