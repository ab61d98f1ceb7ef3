"""Survey: paging, cursor, unfinished answers, faults, and the staging it ends in."""

from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import Request, Response

from connectors.contract import SourceError
from connectors.http import Http
from connectors.survey.forms import Form
from connectors.survey.source import source
from sample.servers import survey as server
from sample.servers.logins import LOGINS
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
    write_world,
)

FORM = {"scale_min": 1, "scale_max": 5, "score": server.SCORE, "comment": server.COMMENT}
FORMS = {server.FORMS["csat"]: {"survey_type": "csat", **FORM}}


def answered(number: int, **changes: Any) -> dict[str, Any]:
    row = {
        "remote_id": f"token{number:027d}",
        "origin": "survey",
        "survey_type": "csat",
        "score": 4.0,
        "scale_min": 1.0,
        "scale_max": 5.0,
        "sent_at": at("2026-03-01 08:00"),
        "responded_at": at(f"2026-03-01 09:{number:02d}"),
        "conversation_system": "zendesk",
        "conversation_remote_id": "4711",
        "identity_remote_id": f"Person{number}@Example.com",
        "comment": "Quick and kind",
    }
    return {**row, **changes}


def ask(address: str, secret: str = LOGINS["survey"].secret, **settings: Any) -> Any:
    defaults: dict[str, Any] = {"forms": FORMS, "requests_per_second": 1000}
    return source(credentials(address, "", secret), **{**defaults, **settings})


def world(folder: Path, *surveys: dict[str, Any]) -> Path:
    names = [
        {"system": "survey", "remote_id": row["identity_remote_id"], "name": "Pat Example"}
        for row in surveys
    ]
    return write_world(folder, surveys=list(surveys), identities=names)


@pytest.fixture
def many(tmp_path: Path) -> Iterator[str]:
    """Seven answered surveys, two of them in the same second, and three that were not answered."""
    rows = [answered(n) for n in range(6)] + [answered(6, responded_at=at("2026-03-01 09:05"))]
    rows += [answered(n, responded_at=None, score=None) for n in range(10, 13)]
    with served(server.app(world(tmp_path / "world", *rows), per_second=1000)) as address:
        yield address


def test_when_the_answers_fill_several_pages_then_each_arrives_once(many: str) -> None:
    assert extract("survey", ask(many, page_size=3)) == {"responses": 10}
    account = load("survey")["responses"]
    assert (account.received, account.accepted, account.quarantined) == (10, 10, 0)


def test_when_nothing_changed_then_a_second_run_brings_only_duplicates(many: str) -> None:
    extract("survey", ask(many))
    load("survey")
    extract("survey", ask(many, lookback_minutes=0))
    account = load("survey")["responses"]
    # The newest second is inclusive (two answers) and the unfinished ones have no cursor (three).
    assert (account.received, account.accepted, account.duplicates) == (5, 0, 5)


def test_when_a_started_survey_is_completed_then_its_row_is_replaced(tmp_path: Path) -> None:
    first = world(tmp_path / "1", answered(1, responded_at=None, score=None))
    with served(server.app(first, 1000)) as address:
        extract("survey", ask(address))
        load("survey")
    with served(server.app(world(tmp_path / "2", answered(1)), 1000)) as address:
        extract("survey", ask(address))
        assert load("survey")["responses"].accepted == 1
    found = raw("select response_type, declared_score from raw_survey.responses")
    assert found == [("completed", 4.0)]


def test_when_the_score_lies_outside_the_declared_scale_then_the_row_is_quarantined(
    tmp_path: Path,
) -> None:
    rows = [answered(1), answered(2, score=9.0)]
    with served(server.app(world(tmp_path / "world", *rows), 1000)) as address:
        extract("survey", ask(address))
    account = load("survey")["responses"]
    assert (account.received, account.accepted, account.quarantined) == (2, 1, 1)


def test_when_staged_then_only_submitted_answers_count_as_answers(many: str) -> None:
    extract("survey", ask(many))
    load("survey")
    build_staging("survey")

    responses = staged("survey", "survey_responses")
    done = responses[answered(1)["remote_id"]]
    assert done["source_system"] == "survey"
    assert (done["survey_type"], done["score"], done["scale_min"], done["scale_max"]) == (
        *("csat", 4.0, 1.0, 5.0),
    )
    assert (done["sent_at"], done["responded_at"]) == (
        at("2026-03-01 08:00"),
        at("2026-03-01 09:01"),
    )
    assert (done["conversation_source_system"], done["conversation_remote_id"]) == (
        "zendesk",
        "4711",
    )
    assert (done["contact_remote_id"], done["comment"]) == (
        "person1@example.com",
        "Quick and kind",
    )
    unfinished = [row for row in responses.values() if row["responded_at"] is None]
    # One of the three picked a score without submitting it.
    assert len(unfinished) == 3
    assert {row["score"] for row in unfinished} == {None}
    assert raw("select count(*) from raw_survey.responses where response_type = 'partial'") == [
        (1,)
    ]
    contact = staged("survey", "contacts")["person1@example.com"]
    assert (contact["name"], contact["email"]) == ("Pat Example", "person1@example.com")


def test_when_the_token_is_wrong_then_one_line_says_so_without_the_token(many: str) -> None:
    with pytest.raises(SourceError) as caught:
        extract("survey", ask(many, secret="wrong-token-123"))
    text = str(caught.value)
    assert text.startswith("survey: /forms/fhCsat01/responses: credentials refused")
    assert "wrong-token-123" not in text
    assert "\n" not in text


def test_when_the_limit_is_hit_then_the_request_is_tried_again(tmp_path: Path) -> None:
    app, answers = server.app(world(tmp_path / "world", answered(1)), 1000), deque([429, 200])

    def limit(request: Request) -> Response | None:
        if answers and answers.popleft() == 429:
            return server.answer(429, {"code": "TOO_MANY_REQUESTS"})
        return None

    intercept(app, limit)
    with served(app) as address:
        assert extract("survey", ask(address)) == {"responses": 1}


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ('{"items": [{"tok', "answer is not JSON"),
        ('{"message": "maintenance"}', "no items"),
        ('{"total_items": 1, "items": [{"landed_at": "2026-03-01T08:00:00Z"}]}', "without a token"),
        ('{"total_items": 5, "items": []}', "0 responses came where the vendor counts 5"),
    ],
)
def test_when_an_answer_is_broken_then_nothing_lands_and_the_next_run_has_it_all(
    tmp_path: Path, body: str, problem: str
) -> None:
    app = server.app(world(tmp_path / "world", answered(1), answered(2)), 1000)
    broken = deque([False, True])

    def spoil(request: Request) -> Response | None:
        if broken and broken.popleft():
            return Response(body, media_type="application/json")
        return None

    intercept(app, spoil)
    with served(app) as address:
        with pytest.raises(SourceError, match=problem):
            extract("survey", ask(address))
        assert load("survey") == {}
        assert extract("survey", ask(address)) == {"responses": 2}
        assert load("survey")["responses"].accepted == 2


@pytest.mark.parametrize(
    ("answer", "score", "problem"),
    [
        ({"type": "choice", "choice": {"label": "Great"}}, 5.0, None),
        ({"type": "boolean", "boolean": True}, 1.0, None),
        (
            *({"type": "choice", "choice": {"label": "Meh"}}, None),
            "the answer is no number and not named in values",
        ),
    ],
)
def test_when_the_score_is_a_choice_then_its_label_is_read_by_the_declared_values(
    answer: dict[str, Any], score: float | None, problem: str | None
) -> None:
    form = Form.model_validate({"survey_type": "csat", **FORM, "values": {"Great": 5}})
    row = form.declare({"answers": [{"field": {"ref": server.SCORE}, **answer}]}, "f")
    assert (row["declared_score"], row["declared_problem"]) == (score, problem)


def test_when_a_walk_is_sorted_then_it_has_no_before_and_unfinished_ones_have_no_since(
    many: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, Any]] = []
    send = Http.get

    def noted(http: Http, path: str, **given: Any) -> Any:
        asked.append(given["params"])
        return send(http, path, **given)

    monkeypatch.setattr(Http, "get", noted)
    extract("survey", ask(many, page_size=3))
    assert any("before" in params for params in asked)
    assert not [p for p in asked if "sort" in p and ("before" in p or "after" in p)]
    unfinished = [p for p in asked if p["response_type"] == "started,partial"]
    assert not [p for p in unfinished if "since" in p or "sort" in p]


@pytest.mark.parametrize(
    ("forms", "problem"),
    [
        ({}, "no form is declared"),
        ({"f": {**FORM, "survey_type": "smile"}}, "form f: survey_type"),
        ({"f": {**FORM, "survey_type": "nps", "scale_max": 1}}, "scale_min must be below"),
    ],
)
def test_when_a_form_is_declared_wrongly_then_the_error_names_it(
    forms: dict[str, Any], problem: str
) -> None:
    with pytest.raises(SourceError, match=problem):
        ask("http://127.0.0.1:1", forms=forms)
