"""SurveyMonkey: the walk by time, scores behind choices, limits, deletions, staging."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI, Request, Response

from connectors import repull
from connectors.contract import SourceError
from connectors.http import Policy
from connectors.surveymonkey.source import source
from sample.servers import surveymonkey as server
from tests.connectors.slices import (
    at,
    build_staging,
    credentials,
    extract,
    intercept,
    load,
    raw,
    served,
    staged,
)

SURVEY, SCORE, WHY = "306079584", "652286714", "652286726"
NPS = {"survey_type": "nps", "scale_min": 0, "scale_max": 10, "score": SCORE, "comment": WHY}
# The vendor's own NPS question: weights are no scores.
CHOICES = [
    {"id": f"90{n}", "text": str(n), "weight": -100 if n < 7 else 0 if n < 9 else 100}
    for n in range(11)
]
QUESTIONS = (
    {
        "id": SCORE,
        "family": "matrix",
        "subtype": "rating",
        "answers": {"rows": [{"id": "800", "text": ""}], "choices": CHOICES},
    },
    {"id": WHY, "family": "open_ended", "subtype": "essay"},
)


class Tool:
    """One server for the module; each test starts with an empty store and its own answers."""

    def __init__(self, api: FastAPI, store: server.Store, address: str) -> None:
        self.api, self.store, self.address = api, store, address
        self.waits: list[float] = []

    def ask(self, token: str = server.TOKEN, **settings: Any) -> Any:
        given = {"surveys": {SURVEY: NPS}, "requests_per_minute": 6_000_000, **settings}
        rules = Policy(attempts=3, sleep=self.waits.append)
        return source(credentials(self.address, "", token), policy=rules, **given)

    def answered(self, number: int, modified: str = "", score: int = 9, **changes: Any) -> None:
        answers = {
            SCORE: [{"choice_id": f"90{score}", "row_id": "800"}],
            WHY: [{"tag_data": [], "text": "Quick and kind"}],
        }
        modified = modified or f"2026-03-01T09:{number // 60:02d}:{number % 60:02d}+00:00"
        self.store.put(SURVEY, f"r{number:04d}", modified, **{"answers": answers, **changes})

    def pull(self, **settings: Any) -> Any:
        extract("surveymonkey", self.ask(**settings))
        return load("surveymonkey")["responses"]


@pytest.fixture(scope="module")
def running() -> Iterator[Tool]:
    store = server.Store()
    api = server.app(store)
    with served(api) as address:
        yield Tool(api, store, address)


@pytest.fixture
def tool(running: Tool) -> Iterator[Tool]:
    running.store.__init__()  # type: ignore[misc]
    running.store.survey(SURVEY, *QUESTIONS)
    running.waits.clear()
    kept = list(running.api.user_middleware)
    yield running
    running.api.user_middleware[:] = kept
    running.api.middleware_stack = None


def test_when_the_answers_fill_several_pages_then_each_arrives_once_and_is_counted(
    tool: Tool,
) -> None:
    for number in range(7):
        tool.answered(number)
    first = tool.pull(page_size=3)
    assert (first.received, first.accepted, first.quarantined, first.duplicates) == (7, 7, 0, 0)
    assert raw(
        "select distinct declared_score, declared_comment from raw_surveymonkey.responses"
    ) == [(9.0, "Quick and kind")]
    again = tool.pull(page_size=3)
    assert (again.received, again.accepted, again.duplicates) == (7, 0, 7)


def test_when_a_response_is_gone_on_with_during_the_walk_then_none_is_passed_over(
    tool: Tool,
) -> None:
    for number in range(9):
        tool.answered(number)

    def gone_on_with(request: int) -> None:
        if request == 2:  # it moves from the page that was read to the end of the list
            tool.answered(0, "2026-03-01T10:00:00+00:00")

    tool.store.before_page = gone_on_with
    tool.pull(page_size=3)
    assert raw("select count(*) from raw_surveymonkey.responses") == [(9,)]


def test_when_more_change_in_one_second_than_fit_a_page_then_all_arrive(tool: Tool) -> None:
    for number in range(8):
        tool.answered(number, "2026-03-01T09:00:00+00:00")
    tool.answered(8)
    assert tool.pull(page_size=3).accepted == 9


def test_when_a_partial_response_is_completed_then_it_comes_again_and_only_then_counts(
    tool: Tool,
) -> None:
    tool.answered(1, response_status="partial")
    for number in range(2, 130):
        tool.answered(number)
    tool.pull()
    tool.answered(1, "2026-03-08T09:00:00+00:00")
    assert tool.pull().accepted == 1
    found = raw("select response_status from raw_surveymonkey.responses where id = 'r0001'")
    assert found == [("completed",)]


def test_when_responses_are_deleted_then_they_land_as_gone_once(tool: Tool) -> None:
    for number in range(5):
        tool.answered(number)
    tool.pull(page_size=2)
    del tool.store.responses["r0001"]
    assert tool.pull(page_size=2).accepted == 1
    gone = "select id, is_gone, declared_score, pages from raw_surveymonkey.responses where is_gone"
    assert raw(gone) == [("r0001", True, None, None)]
    tool.store.asked.clear()
    assert tool.pull(page_size=100).accepted == 0
    # Details, what changed, the count: nothing is read whole again.
    assert len(tool.store.asked) == 3


def test_what_was_deleted_before_a_pull_anew_is_told_by_it(tool: Tool) -> None:
    for number in range(3):
        tool.answered(number)
    tool.pull()
    del tool.store.responses["r0001"]
    repull.ask("surveymonkey", ["responses"])
    account = tool.pull()
    assert (account.received, account.accepted, account.duplicates) == (3, 1, 2)
    assert raw("select id from raw_surveymonkey.responses where is_gone") == [("r0001",)]
    assert tool.pull().accepted == 0


def test_when_one_was_missed_for_good_then_the_second_run_that_counts_more_heals_it(
    tool: Tool,
) -> None:
    for number in range(3):
        tool.answered(number)
    tool.pull()
    tool.answered(9, "2026-02-01T09:00:00+00:00")  # listed late, dated before every lookback
    assert [tool.pull().accepted, tool.pull().accepted] == [0, 1]


def test_when_the_vendor_counts_then_its_count_is_kept_with_the_state(tool: Tool) -> None:
    for number in range(3):
        tool.answered(number)
    made = tool.ask()
    extract("surveymonkey", made)
    kept = made.resources["responses"].state["vendor_count"]
    assert kept["count"] == 3
    assert kept["counted_at"].endswith("Z")


def test_when_the_minutes_limit_is_spent_then_it_waits_as_long_as_the_vendor_says(
    tool: Tool,
) -> None:
    tool.answered(1)
    refusals = [True, False]

    def limit(_: Request) -> Response | None:
        if refusals and refusals.pop(0):
            headers = {
                "X-Ratelimit-App-Global-Minute-Remaining": "0",
                "X-Ratelimit-App-Global-Minute-Reset": "42",
            }
            return server.answer(429, {"error": {"id": "1040"}}, headers)
        return None

    intercept(tool.api, limit)
    assert tool.pull().accepted == 1
    assert 42 <= max(tool.waits) < 44


def test_when_the_days_limit_is_spent_then_the_run_ends_and_the_next_one_has_it_all(
    tool: Tool,
) -> None:
    for number in range(7):
        tool.answered(number)
    tool.store.left["Day"] = 3
    with pytest.raises(SourceError, match="rate limit reached, asks to wait 40000 s"):
        extract("surveymonkey", tool.ask(page_size=3))
    assert load("surveymonkey") == {}
    assert max(tool.waits) < 1
    tool.store.left["Day"] = 500
    assert tool.pull(page_size=3).accepted == 7


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ('{"data": [{"id', "answer is not JSON"),
        ('{"error": {}}', "answer has no data"),
        ('{"total": 1, "data": [{"date_modified": "2026-03-01T09:00:00+00:00"}]}', "without an id"),
        (
            '{"total": 1, "data": [{"id": "1", "date_modified": "soon"}]}',
            "'soon' is not an instant",
        ),
        ('{"total": 5, "data": []}', "0 responses came where the vendor counts 5"),
    ],
)
def test_when_an_answer_is_broken_mid_run_then_nothing_lands_and_the_next_run_has_it_all(
    tool: Tool, body: str, problem: str
) -> None:
    for number in range(2):
        tool.answered(number)
    broken = [True]

    def spoil(request: Request) -> Response | None:
        if request.url.path.endswith("/bulk") and broken and broken.pop():
            return Response(body, media_type="application/json")
        return None

    intercept(tool.api, spoil)
    with pytest.raises(SourceError, match=problem):
        extract("surveymonkey", tool.ask())
    assert load("surveymonkey") == {}
    assert tool.pull().accepted == 2


def test_when_the_token_is_wrong_then_one_line_says_so_without_the_token(tool: Tool) -> None:
    with pytest.raises(SourceError) as caught:
        extract("surveymonkey", tool.ask(token="wrong-token-123"))
    text = str(caught.value)
    assert text.startswith(f"surveymonkey: /v3/surveys/{SURVEY}/details: credentials refused")
    assert "wrong-token-123" not in text
    assert "\n" not in text


def test_when_an_answer_is_a_choice_the_survey_no_longer_has_then_the_row_is_quarantined(
    tool: Tool,
) -> None:
    tool.answered(1)
    tool.answered(2, answers={SCORE: [{"choice_id": "77", "row_id": "800"}]})
    account = tool.pull()
    assert (account.received, account.accepted, account.quarantined) == (2, 1, 1)


def test_when_staged_then_only_completed_answers_count_and_previews_do_not_exist(
    tool: Tool,
) -> None:
    link = {
        "email": "Ann@Example.com",
        "name": "Ann Example",
        "sent_at": "2026-03-01T07:00:00Z",
        "conversation_source": "zendesk",
        "conversation_id": "4711",
    }
    tool.answered(1, custom_variables=link)
    tool.answered(2, email_address="bob@example.com", first_name="Bob", last_name="Example")
    tool.answered(3, response_status="partial")
    tool.answered(4, collection_mode="preview")
    tool.answered(5)
    tool.pull()
    del tool.store.responses["r0005"]
    tool.pull()
    build_staging("surveymonkey")

    rows = staged("surveymonkey", "survey_responses")
    assert set(rows) == {"r0001", "r0002", "r0003", "r0005"}
    done = rows["r0001"]
    assert (done["survey_type"], done["score"], done["scale_max"]) == ("nps", 9.0, 10.0)
    assert (done["sent_at"], done["responded_at"]) == (
        at("2026-03-01 07:00"),
        at("2026-03-01 09:00").replace(second=1),
    )
    assert (done["conversation_source_system"], done["conversation_remote_id"]) == (
        *("zendesk", "4711"),
    )
    assert (done["contact_remote_id"], done["comment"]) == ("ann@example.com", "Quick and kind")
    assert (
        rows["r0003"]["score"] is rows["r0003"]["responded_at"] is rows["r0003"]["comment"] is None
    )
    assert rows["r0005"]["remote_was_deleted"]
    people = staged("surveymonkey", "contacts")
    assert {(row["email"], row["name"]) for row in people.values()} == {
        ("ann@example.com", "Ann Example"),
        ("bob@example.com", "Bob Example"),
    }
