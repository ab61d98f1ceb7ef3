"""Qualtrics: export jobs, continuation, edits and deletions it does not tell of, staging."""

from collections.abc import Iterator
from typing import Any

import pytest

from connectors import repull
from connectors.contract import SourceError
from connectors.http import Policy
from connectors.qualtrics import export
from connectors.qualtrics.source import source
from sample.servers import qualtrics as server
from tests.connectors.slices import (
    at,
    build_staging,
    credentials,
    extract,
    load,
    raw,
    served,
    staged,
)

SURVEY = "SV_1"
CSAT = {"survey_type": "csat", "scale_min": 1, "scale_max": 5, "score": "QID1"}
DECLARED = {SURVEY: {**CSAT, "comment": "QID2_TEXT"}}


class Tool:
    """One server for the module; each test starts with an empty store."""

    def __init__(self, store: server.Store, address: str) -> None:
        self.store, self.address, self.waits = store, address, list[float]()

    def ask(self, token: str = server.TOKEN, **settings: Any) -> Any:
        rules = Policy(attempts=3, sleep=self.waits.append)
        given = {"surveys": DECLARED, **settings}
        return source(credentials(self.address, "", token), policy=rules, **given)

    def answered(self, number: int, recorded: str = "", **values: Any) -> None:
        recorded = recorded or f"2026-03-01T09:{number:02d}:00Z"
        given = {"QID1": 4, "QID2_TEXT": "Quick and kind", **values}
        self.store.record(SURVEY, f"R_{number}", recorded, **given)

    def pull(self, **settings: Any) -> Any:
        extract("qualtrics", self.ask(**settings))
        return load("qualtrics").get("responses")


@pytest.fixture(scope="module")
def running() -> Iterator[Tool]:
    store = server.Store()
    with served(server.app(store)) as address:
        yield Tool(store, address)


@pytest.fixture
def tool(running: Tool) -> Tool:
    running.store.__init__()  # type: ignore[misc]
    running.store.survey(SURVEY, "QID1", "QID2", embedded=("email",))
    running.waits.clear()
    return running


def test_when_there_is_a_continuation_then_only_new_responses_come(tool: Tool) -> None:
    for number in range(3):
        tool.answered(number)
    first = tool.pull()
    assert (first.received, first.accepted, first.quarantined, first.duplicates) == (3, 3, 0, 0)
    assert tool.pull() is None
    tool.answered(3)
    second = tool.pull()
    assert (second.received, second.accepted) == (1, 1)
    tokens = [order.get("continuationToken") for order in tool.store.orders]
    assert tokens == [None, "ct-3", "ct-3"]


def test_when_the_job_takes_its_time_then_only_its_status_ends_the_wait(tool: Tool) -> None:
    tool.answered(1)
    tool.store.polls = 6
    assert tool.pull().accepted == 1
    assert [round(wait) for wait in tool.waits] == [1, 2, 4, 8, 15, 15]


def test_when_the_job_takes_for_ever_then_the_run_ends(tool: Tool) -> None:
    tool.store.polls = 1000
    with pytest.raises(SourceError, match="not done after 2 minutes; raise export_minutes"):
        extract("qualtrics", tool.ask(export_minutes=2))


def test_when_the_token_is_refused_then_the_survey_is_read_whole_again(tool: Tool) -> None:
    tool.answered(1)
    tool.pull()
    tool.answered(2)
    tool.store.refused_tokens.add("ct-1")
    account = tool.pull()
    assert (account.received, account.accepted, account.duplicates) == (2, 1, 1)
    tool.answered(3)
    assert tool.pull().received == 1


def test_when_a_response_was_deleted_then_it_lands_as_gone_once(tool: Tool) -> None:
    for number in range(3):
        tool.answered(number)
    tool.pull()
    tool.store.delete(SURVEY, "R_1")
    account = tool.pull()
    assert (account.received, account.accepted, account.duplicates) == (3, 1, 2)
    gone = 'select response_id, declared_score, "values" from raw_qualtrics.responses where is_gone'
    assert raw(gone) == [("R_1", None, None)]
    assert tool.pull() is None


def test_what_was_deleted_before_a_pull_anew_is_told_by_it(tool: Tool) -> None:
    for number in range(3):
        tool.answered(number)
    tool.pull()
    tool.store.delete(SURVEY, "R_1")
    repull.ask("qualtrics", ["responses"])
    assert tool.pull().received == 3
    assert raw("select response_id from raw_qualtrics.responses where is_gone") == [("R_1",)]


def test_when_a_whole_file_has_fewer_than_the_vendor_counts_then_nothing_is_taken_for_deleted(
    tool: Tool,
) -> None:
    tool.answered(1)
    tool.pull()
    tool.store.spoilt = server.packed([])
    with pytest.raises(SourceError, match="0 responses came where the vendor counts 1"):
        extract("qualtrics", tool.ask(whole_every_days=0))
    assert load("qualtrics") == {}


def test_when_an_old_response_was_edited_then_the_next_whole_export_brings_it(tool: Tool) -> None:
    tool.answered(1)
    tool.pull()
    tool.store.edit(SURVEY, "R_1", QID1=2)
    assert tool.pull() is None
    assert tool.pull(whole_every_days=0).accepted == 1
    assert raw("select declared_score from raw_qualtrics.responses") == [(2.0,)]


def test_when_the_vendor_counts_then_what_start_at_leaves_out_is_taken_off(tool: Tool) -> None:
    tool.answered(1, "2019-03-01T09:00:00Z")
    tool.answered(2)
    tool.answered(3, status=2)
    made = tool.ask()
    extract("qualtrics", made)
    assert made.resources["responses"].state["vendor_count"]["count"] == 2
    assert load("qualtrics")["responses"].received == 2


@pytest.mark.parametrize(
    ("spoilt", "problem"),
    [
        (b"PK\x03\x04 cut", "the file is no zip"),
        (b'{"meta": {}}', "the file is no zip"),
        (server.packed([{"values": {}}]), "one without responseId"),
        (
            server.packed([{"responseId": "R_1", "values": {"recordedDate": "soon"}}]),
            "recordedDate 'soon' is not an instant",
        ),
    ],
)
def test_when_the_file_is_broken_then_nothing_lands_and_the_next_run_has_it_all(
    tool: Tool, spoilt: bytes, problem: str
) -> None:
    tool.answered(1)
    tool.pull()
    tool.answered(2)
    tool.store.spoilt = spoilt
    with pytest.raises(SourceError, match=problem):
        extract("qualtrics", tool.ask())
    assert load("qualtrics") == {}
    tool.store.spoilt = None
    # The token that was not used up is used again.
    assert tool.pull().accepted == 1


def test_when_a_file_is_a_zip_bomb_then_it_is_not_unpacked(
    tool: Tool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "LARGEST_FILE", 1 << 20)
    tool.answered(1, QID2_TEXT="a" * (2 << 20))
    with pytest.raises(SourceError, match="larger than 1 MiB"):
        extract("qualtrics", tool.ask())


def test_when_the_job_fails_then_the_error_has_the_vendors_request_id(tool: Tool) -> None:
    tool.store.fate = "failed"
    with pytest.raises(SourceError, match=r"the export is 'failed' \(request 11111111-2222\)"):
        extract("qualtrics", tool.ask())


def test_when_the_token_is_wrong_then_one_line_says_so_without_the_token(tool: Tool) -> None:
    with pytest.raises(SourceError) as caught:
        extract("qualtrics", tool.ask(token="wrong-token-123"))
    text = str(caught.value)
    assert text.startswith(f"qualtrics: /API/v3/surveys/{SURVEY}: credentials refused")
    assert "wrong-token-123" not in text
    assert "\n" not in text


def test_when_a_declared_question_is_not_the_surveys_then_it_is_said(tool: Tool) -> None:
    wrong = {SURVEY: {**CSAT, "score": "QID7_1"}}
    with pytest.raises(SourceError, match="the survey has no question QID7_1"):
        extract("qualtrics", tool.ask(surveys=wrong))


def test_when_an_answer_is_no_score_or_off_the_scale_then_the_row_is_quarantined(
    tool: Tool,
) -> None:
    tool.answered(1)
    tool.answered(2, QID1="Great")
    tool.answered(3, QID1=9)
    account = tool.pull()
    assert (account.received, account.accepted, account.quarantined) == (3, 1, 2)


def test_when_staged_then_only_finished_answers_count_and_tests_do_not_exist(tool: Tool) -> None:
    link = {"email": "Ann@Example.com", "name": "Ann Example", "sent_at": "2026-03-01T07:00:00Z"}
    about = {"conversation_source": "zendesk", "conversation_id": "4711"}
    tool.answered(1, **link, **about)
    tool.answered(
        2,
        recipientEmail="bob@example.com",
        recipientFirstName="Bob",
        recipientLastName="Example",
        finished=False,
    )
    tool.answered(3, status=1)
    tool.answered(4)
    tool.pull()
    tool.store.delete(SURVEY, "R_4")
    tool.pull()
    build_staging("qualtrics")

    rows = staged("qualtrics", "survey_responses")
    assert set(rows) == {"R_1", "R_2", "R_4"}
    done = rows["R_1"]
    assert (done["survey_type"], done["score"], done["scale_min"], done["scale_max"]) == (
        *("csat", 4.0, 1.0, 5.0),
    )
    assert (done["sent_at"], done["responded_at"]) == (
        at("2026-03-01 07:00"),
        at("2026-03-01 09:01"),
    )
    assert (done["conversation_source_system"], done["conversation_remote_id"]) == (
        *("zendesk", "4711"),
    )
    assert (done["contact_remote_id"], done["comment"]) == ("ann@example.com", "Quick and kind")
    assert rows["R_2"]["score"] is rows["R_2"]["responded_at"] is rows["R_2"]["comment"] is None
    assert rows["R_4"]["remote_was_deleted"]
    people = staged("qualtrics", "contacts")
    assert {(row["email"], row["name"]) for row in people.values()} == {
        ("ann@example.com", "Ann Example"),
        ("bob@example.com", "Bob Example"),
    }
