"""A survey tool that speaks SurveyMonkey's API v3, over a small store that tests fill.

Not part of Fernhill. Numbered pages over a list sorted by `date_modified`, filters that are
exclusive to the second, limits by minute and by day with the vendor's headers.
"""

import json
from collections.abc import Callable
from typing import Any

from fastapi import FastAPI, Request, Response

Row = dict[str, Any]
TOKEN = "surveymonkey-sample-token"
LARGEST_PAGE = 100


def answer(status: int, body: Any, headers: dict[str, str] | None = None) -> Response:
    return Response(json.dumps(body), status, headers, "application/json")


def refused(status: int, code: str, name: str, message: str) -> Response:
    """An error as the vendor words it."""
    error = {"id": code, "name": name, "message": message, "http_status_code": status}
    return answer(status, {"error": error})


class Store:
    """Surveys and responses, and the requests that are left to ask for them.

    Attributes:
        left: requests left in this minute and this day; each request takes one of both.
        before_page: called before each page of responses is cut, with the number of the request.
    """

    def __init__(self) -> None:
        self.surveys: dict[str, Row] = {}
        self.responses: dict[str, Row] = {}
        self.left = {"Minute": 10_000, "Day": 10_000}
        self.resets = {"Minute": 30, "Day": 40_000}
        self.asked: list[str] = []
        self.before_page: Callable[[int], None] | None = None

    def survey(self, survey_id: str, *questions: Row) -> None:
        page = {"id": f"{survey_id}01", "position": 1, "questions": list(questions)}
        self.surveys[survey_id] = {
            "id": survey_id,
            "title": f"Survey {survey_id}",
            "language": "en",
            "date_created": "2026-01-01T08:00:00",
            "date_modified": "2026-01-02T08:00:00",
            "pages": [page],
        }

    def put(self, survey_id: str, response_id: str, modified: str, **changes: Any) -> None:
        """A response, new or in a newer state; `answers` is question id → list of answers."""
        answers = changes.pop("answers", {})
        questions = [{"id": question, "answers": given} for question, given in answers.items()]
        self.responses[response_id] = {
            "id": response_id,
            "survey_id": survey_id,
            "collector_id": "405437100",
            "recipient_id": "",
            "collection_mode": "default",
            "response_status": "completed",
            "custom_value": "",
            "first_name": "",
            "last_name": "",
            "email_address": "",
            "ip_address": "192.0.2.7",
            "metadata": {"contact": {}},
            "custom_variables": {},
            "total_time": 62,
            "date_created": "2026-03-01T08:00:00+00:00",
            "date_modified": modified,
            "pages": [{"id": f"{survey_id}01", "questions": questions}],
            **changes,
        }

    def changed(self, survey_id: str, query: dict[str, str]) -> list[Row]:
        """The responses that a query asks for, in its order."""
        since = query.get("start_modified_at", "")
        found = [
            row
            for row in self.responses.values()
            if row["survey_id"] == survey_id and row["date_modified"][:19] > since[:19]
        ]
        latest_first = query.get("sort_order", "DESC") != "ASC"
        return sorted(found, key=lambda r: (r["date_modified"], r["id"]), reverse=latest_first)

    def spend(self) -> tuple[bool, dict[str, str]]:
        """Take one request from the limits: whether there was one, and the vendor's headers."""
        allowed = all(self.left.values())
        headers = {}
        for window, left in self.left.items():
            self.left[window] = max(0, left - 1) if allowed else left
            headers[f"X-Ratelimit-App-Global-{window}-Remaining"] = str(self.left[window])
            headers[f"X-Ratelimit-App-Global-{window}-Reset"] = str(self.resets[window])
        return allowed, headers


def page(rows: list[Row], query: dict[str, str], shown: Callable[[Row], Row]) -> Row:
    """One numbered page of a list in the vendor's envelope."""
    size, number = min(int(query.get("per_page", 50)), LARGEST_PAGE), int(query.get("page", 1))
    links = {"self": f"?page={number}"}
    if number * size < len(rows):
        links["next"] = f"?page={number + 1}"
    cut = [shown(row) for row in rows[(number - 1) * size : number * size]]
    return {"data": cut, "per_page": size, "page": number, "total": len(rows), "links": links}


def app(store: Store) -> FastAPI:
    """The server over a store that may change while it runs."""
    api = FastAPI(openapi_url=None)

    def refusal(request: Request, survey_id: str) -> Response | None:
        store.asked.append(str(request.url.path))
        allowed, headers = store.spend()
        if not allowed:
            error = {"id": "1040", "name": "Rate limit reached", "http_status_code": 429}
            return answer(429, {"error": error}, headers)
        if request.headers.get("Authorization", "") != f"Bearer {TOKEN}":
            text = "The authorization token was not provided or was not valid."
            return refused(401, "1010", "Authorization Error", text)
        if survey_id not in store.surveys:
            text = "There was an error retrieving the requested resource."
            return refused(404, "1020", "Resource Not Found", text)
        return None

    @api.get("/v3/surveys/{survey_id}/details")
    def details(survey_id: str, request: Request) -> Response:
        count = len(store.changed(survey_id, {}))
        return refusal(request, survey_id) or answer(
            200, {**store.surveys[survey_id], "response_count": count}
        )

    @api.get("/v3/surveys/{survey_id}/responses/bulk")
    def bulk(survey_id: str, request: Request) -> Response:
        if wrong := refusal(request, survey_id):
            return wrong
        if store.before_page:
            store.before_page(sum(path.endswith("/bulk") for path in store.asked))
        query = dict(request.query_params)
        return answer(200, page(store.changed(survey_id, query), query, lambda row: row))

    @api.get("/v3/surveys/{survey_id}/responses")
    def listed(survey_id: str, request: Request) -> Response:
        query = dict(request.query_params)

        def short(row: Row) -> Row:
            return {"id": row["id"], "href": f"/v3/surveys/{survey_id}/responses/{row['id']}"}

        return refusal(request, survey_id) or answer(
            200, page(store.changed(survey_id, query), query, short)
        )

    return api
