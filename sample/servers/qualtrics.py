"""A survey tool that speaks Qualtrics' API v3, over a small store that tests fill.

Not part of Fernhill. Exports are jobs: ordered, polled a few times, downloaded as a zip of one JSON
file; a continuation token brings what was recorded after the file that gave it.
"""

import io
import json
import zipfile
from typing import Any

from fastapi import FastAPI, Request, Response

Row = dict[str, Any]
TOKEN = "qualtrics-sample-token"


class Store:
    """Surveys, responses in the order they were recorded, and export jobs.

    Attributes:
        polls: how often a job answers `inProgress` before it is complete.
        refused_tokens: continuation tokens that are taken no more.
        fate: status of every job that is complete; `failed` gives no file.
        spoilt: what a download brings in the file's stead.
    """

    def __init__(self) -> None:
        self.surveys: dict[str, Row] = {}
        self.responses: dict[str, list[Row]] = {}
        self.deleted: dict[str, int] = {}
        self.recorded = 0
        self.jobs: dict[str, Row] = {}
        self.polls = 0
        self.refused_tokens: set[str] = set()
        self.fate = "complete"
        self.spoilt: bytes | None = None
        self.orders: list[Row] = []

    def survey(self, survey_id: str, *questions: str, embedded: tuple[str, ...] = ()) -> None:
        described = {
            qid: {"questionType": {"type": "MC"}, "questionText": qid} for qid in questions
        }
        self.surveys[survey_id] = {
            "id": survey_id,
            "name": f"Survey {survey_id}",
            "isActive": True,
            "creationDate": "2026-01-01T08:00:00Z",
            "lastModifiedDate": "2026-01-02T08:00:00Z",
            "questions": described,
            "embeddedData": [{"name": name} for name in embedded],
        }
        self.responses[survey_id], self.deleted[survey_id] = [], 0

    def record(self, survey_id: str, response_id: str, recorded: str, **values: Any) -> None:
        """A response that was just recorded. `values` are answers, metadata and embedded data."""
        self.recorded += 1
        told = {
            "startDate": "2026-03-01T08:00:00Z",
            "endDate": recorded,
            "status": 0,
            "ipAddress": "192.0.2.7",
            "progress": 100,
            "duration": 62,
            "finished": 1,
            "recordedDate": recorded,
            "_recordId": response_id,
            "distributionChannel": "anonymous",
            "userLanguage": "EN",
        }
        row = {"responseId": response_id, "values": {**told, **values}, "labels": {}}
        self.responses[survey_id].append({"nth": self.recorded, "row": row})

    def edit(self, survey_id: str, response_id: str, **values: Any) -> None:
        """Change answers of a response; nothing of it tells that, or when."""
        for kept in self.responses[survey_id]:
            if kept["row"]["responseId"] == response_id:
                kept["row"]["values"] |= values

    def delete(self, survey_id: str, response_id: str) -> None:
        kept = [r for r in self.responses[survey_id] if r["row"]["responseId"] != response_id]
        self.deleted[survey_id] += len(self.responses[survey_id]) - len(kept)
        self.responses[survey_id] = kept

    def counts(self, survey_id: str) -> dict[str, int]:
        tests = sum(kept["row"]["values"]["status"] == 2 for kept in self.responses[survey_id])
        real = len(self.responses[survey_id]) - tests
        return {"auditable": real, "generated": tests, "deleted": self.deleted[survey_id]}

    def begin(self, survey_id: str, order: Row) -> Row:
        """A new job; what it holds is what is there now."""
        after = int(order.get("continuationToken", "ct-0").removeprefix("ct-"))
        rows = [kept["row"] for kept in self.responses[survey_id] if kept["nth"] > after]
        number = len(self.jobs) + 1
        job = {"file": f"file-{number}", "left": self.polls, "rows": json.loads(json.dumps(rows))}
        if order.get("allowContinuation"):
            job["token"] = f"ct-{self.recorded}"
        self.jobs[f"ES_{number}"] = job
        self.orders.append(order)
        return {"progressId": f"ES_{number}", "percentComplete": 0.0, "status": "inProgress"}

    def progress(self, job: Row) -> Row:
        if job["left"]:
            job["left"] -= 1
            # 100 percent does not mean that the file is there.
            return {"percentComplete": 100.0, "status": "inProgress"}
        if self.fate != "complete":
            return {"fileId": None, "percentComplete": 100.0, "status": self.fate}
        found = {"fileId": job["file"], "percentComplete": 100.0, "status": "complete"}
        return found | ({"continuationToken": job["token"]} if "token" in job else {})


def packed(rows: list[Row]) -> bytes:
    """The file of a job: a zip of one JSON document."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("Survey.json", json.dumps({"responses": rows}))
    return file.getvalue()


def answer(status: int, result: Any = None, error: str = "") -> Response:
    meta: Row = {"httpStatus": f"{status}", "requestId": "11111111-2222"}
    if error:
        meta["error"] = {"errorCode": "EX_1", "errorMessage": error}
    body = {"meta": meta} if result is None else {"result": result, "meta": meta}
    return Response(json.dumps(body), status, media_type="application/json")


def app(store: Store) -> FastAPI:
    """The server over a store that may change while it runs."""
    api = FastAPI(openapi_url=None)

    def refusal(request: Request, survey_id: str) -> Response | None:
        if request.headers.get("X-API-TOKEN") != TOKEN:
            return answer(401, error="Unrecognized X-API-TOKEN.")
        if survey_id not in store.surveys:
            return answer(404, error="The requested resource does not exist.")
        return None

    @api.get("/API/v3/surveys/{survey_id}")
    def survey(survey_id: str, request: Request) -> Response:
        return refusal(request, survey_id) or answer(
            200, {**store.surveys[survey_id], "responseCounts": store.counts(survey_id)}
        )

    @api.post("/API/v3/surveys/{survey_id}/export-responses")
    async def begin(survey_id: str, request: Request) -> Response:
        if wrong := refusal(request, survey_id):
            return wrong
        order = await request.json()
        token = order.get("continuationToken")
        if token in store.refused_tokens or (token and {"startDate", "limit"} & order.keys()):
            return answer(400, error="Invalid continuation token.")
        return answer(200, store.begin(survey_id, order))

    @api.get("/API/v3/surveys/{survey_id}/export-responses/{job_id}")
    def progress(survey_id: str, job_id: str, request: Request) -> Response:
        return refusal(request, survey_id) or answer(200, store.progress(store.jobs[job_id]))

    @api.get("/API/v3/surveys/{survey_id}/export-responses/{file_id}/file")
    def file(survey_id: str, file_id: str, request: Request) -> Response:
        if wrong := refusal(request, survey_id):
            return wrong
        job = next(job for job in store.jobs.values() if job["file"] == file_id)
        content = packed(job["rows"]) if store.spoilt is None else store.spoilt
        return Response(content, media_type="application/octet-stream")

    return api
