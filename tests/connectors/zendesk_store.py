"""What the sample Zendesk is filled with beside tickets: surveys, articles, votes, calls."""

from typing import Any

from fastapi import FastAPI

from tests.connectors.slices import Row

SETTINGS: dict[str, Any] = {"survey_locale": "en-us", "products": ["guide", "talk"]}


def rated(api: FastAPI, number: int, score: str, changed: int = 0) -> None:
    """The ticket changes `changed` seconds later and says that it is rated."""
    tickets = api.state.records.tickets
    old = next(row for row in tickets if row["id"] == number)
    tickets.remove(old)
    moved = {"generated_timestamp": old["generated_timestamp"] + changed}
    tickets.append(old | moved | {"satisfaction_rating": {"id": 77, "score": score}})
    tickets.sort(key=lambda row: (row["generated_timestamp"], row["id"]))


def audit(id_: int, hour: int, *events: Row) -> Row:
    return {"id": id_, "created_at": f"2026-05-04T{hour:02d}:00:00Z", "events": list(events)}


def rating(value: int, at: str = "2026-05-05T08:00:00Z", points: int = 5) -> Row:
    options = [{"rating": n + 1, "label": {"type": "static"}} for n in range(points)]
    question = {"type": "rating_scale_numeric", "sub_type": "customer_satisfaction"}
    return {
        "type": "rating_scale",
        "rating": value,
        "rating_category": "good" if value > 3 else "bad",
        "question": {**question, "options": options},
        "created_at": at,
        "updated_at": at,
    }


def response(id_: str, *answers: Row) -> Row:
    return {
        "id": id_,
        "responder_id": 501,
        "expires_at": "2026-06-01T08:00:00Z",
        "survey": {"id": "01S", "version": 3, "state": "enabled"},
        "subjects": [{"id": "1", "type": "ticket", "zrn": "zen:ticket:1"}],
        "answers": list(answers),
    }


def article(number: int, **changes: Any) -> Row:
    at = f"2026-05-{number:02d}T09:00:00Z"
    return {
        "id": 800 + number,
        "title": f"Article {number}",
        "html_url": f"https://fernhill.example/hc/{number}",
        "locale": "en-us",
        "draft": False,
        "created_at": at,
        "updated_at": at,
        "edited_at": at,
    } | changes


def vote(number: int, about: int, value: int) -> Row:
    at = f"2026-05-10T{number:02d}:00:00Z"
    of = {"item_id": 800 + about, "item_type": "Article", "user_id": 501}
    return {"id": number, **of, "value": value, "created_at": at, "updated_at": at}


def call(number: int, **changes: Any) -> Row:
    return {
        "id": 600 + number,
        "created_at": f"2026-05-{number:02d}T09:00:00Z",
        # Worked out forty minutes after the call.
        "updated_at": f"2026-05-{number:02d}T09:41:00Z",
        "ticket_id": 1,
        "customer_id": 501,
        "agent_id": 9001,
        "direction": "inbound",
        "completion_status": "completed",
        "duration": 120,
        "time_to_answer": 20,
        "talk_time": 95,
        "hold_time": 5,
        "wrap_up_time": 30,
        "voicemail": False,
    } | changes


def leg(number: int, of: int, kind: str, talk: int) -> Row:
    at = f"2026-05-{of:02d}T09:41:00Z"
    about = {"id": 700 + number, "call_id": 600 + of, "type": kind, "created_at": at}
    return {**about, "updated_at": at, "talk_time": talk, "hold_time": 0, "wrap_up_time": 0}


def fill(api: FastAPI) -> None:
    """A survey answered on a scale, with words, and mirrored as a rating; one that was skipped."""
    products = api.state.products
    rated(api, 1, "good")
    offered = {"id": 1, "type": "SurveyOffered", "survey_response_id": "01R"}
    submitted = {"id": 2, "type": "SurveyResponseSubmitted", "survey_response_id": "01R"}
    # More audits than a page has, and the ones that matter are not on the first.
    quiet = [audit(1000 + n, 8, {"id": 5000 + n, "type": "Notification"}) for n in range(100)]
    products.audits[1] = [*quiet, audit(2000, 9, offered), audit(2001, 10, submitted)]
    products.survey_responses["01R"] = response(
        "01R",
        {"type": "skipped", "question": {"type": "open_ended"}},
        rating(4),
        {"type": "open_ended", "value": "quick answer", "question": {"type": "open_ended"}},
    )
    rated(api, 2, "bad")
    products.audits[2] = [audit(2100, 9, {**submitted, "id": 3, "survey_response_id": "01Q"})]
    skipped = {"type": "skipped", "question": {"type": "rating_scale_numeric"}}
    products.survey_responses["01Q"] = response("01Q", skipped)
    mirror = next(r for r in api.state.records.satisfaction_ratings if r["ticket_id"] == 1)
    mirror["updated_at"] = "2026-05-05T08:00:02Z"
    products.articles += [article(n) for n in range(1, 6)]
    products.votes += [vote(1, 1, 1), vote(2, 1, -1), vote(3, 2, 1)]
    nobody = {"time_to_answer": None, "talk_time": None, "hold_time": 0, "wrap_up_time": None}
    products.calls += [
        call(1),
        call(2, completion_status="abandoned_in_queue", ticket_id=None, **nobody),
        call(3, voicemail=True, **nobody),
        call(4, completion_status="failed", direction="outbound", **nobody),
        call(5, talk_time=None),
    ]
    products.legs += [leg(1, 1, "customer", 120), leg(2, 1, "agent", 95)]
    products.legs += [leg(3, 5, "customer", 120), leg(4, 5, "agent", 60), leg(5, 5, "agent", 20)]
    products.rows_per_export = 3
