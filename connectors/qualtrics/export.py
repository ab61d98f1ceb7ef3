"""One export of a survey's responses: ordered, waited for, downloaded, unpacked.

Qualtrics lists no responses. It writes a file on order; one that was ordered with a continuation
token holds only what was recorded after the file before it.
"""

import io
import zipfile
import zlib
from dataclasses import dataclass
from typing import Any

import orjson

from connectors.contract import SourceError
from connectors.http import Http, Policy

NAME = "qualtrics"
NEXT_RUN = "nothing was kept; the next run asks again"
Row = dict[str, Any]
# A zip may claim to be small; reading stops here.
LARGEST_FILE = 1 << 30
_FIRST_WAIT, _LONGEST_WAIT = 1.0, 15.0
# RuntimeError: encrypted (NotImplementedError, packed in an odd way, is one too).
_NO_ZIP = (zipfile.BadZipFile, zlib.error, ValueError, EOFError, RuntimeError)


@dataclass(frozen=True)
class Export:
    """The responses of one file, and the token that orders what comes after it."""

    responses: list[Row]
    token: str | None


class Api:
    """The surveys of one account."""

    def __init__(self, http: Http, policy: Policy, longest_export: float) -> None:
        """`longest_export`: seconds that one file may take the vendor to write."""
        self._http, self._sleep, self._longest = http, policy.sleep, longest_export
        self._surveys: dict[str, Row] = {}

    def _result(self, path: str, **kwargs: Any) -> tuple[Row, str]:
        """What an answer is about, and the id under which the vendor's support finds it."""
        answer = self._http.get(path, **kwargs)
        result = answer.get("result") if isinstance(answer, dict) else None
        if not isinstance(result, dict):
            raise SourceError(NAME, path, "answer has no result", NEXT_RUN)
        return result, str((answer.get("meta") or {}).get("requestId") or "none")

    def survey(self, survey_id: str) -> Row:
        """A survey with its questions and how many responses it has; asked for once a run."""
        if survey_id not in self._surveys:
            path = f"/API/v3/surveys/{survey_id}"
            result, _ = self._result(path)
            if not result.get("id") or not isinstance(result.get("questions"), dict):
                raise SourceError(NAME, path, "answer has no id or no questions", NEXT_RUN)
            self._surveys[survey_id] = result
        return self._surveys[survey_id]

    def export(self, survey_id: str, token: str | None = None) -> Export:
        """Every response, or those recorded since the export that gave the token.

        Raises:
            Refused: with a token: the vendor does not take it (any more).
            SourceError: the file could not be had.
        """
        path = f"/API/v3/surveys/{survey_id}/export-responses"
        # A continuation takes no filters beside it, so start_at is ours to keep.
        order = {"format": "json", "allowContinuation": True}
        order |= {"continuationToken": token} if token else {}
        begun, request = self._result(path, method="POST", json=order)
        if not begun.get("progressId"):
            problem = f"the export has no progressId (request {request})"
            raise SourceError(NAME, path, problem, NEXT_RUN)
        done = self._wait(f"{path}/{begun['progressId']}")
        responses = self._download(f"{path}/{done['fileId']}/file")
        return Export(responses, done.get("continuationToken"))

    def _wait(self, path: str) -> Row:
        """The result of a finished export. `percentComplete` reaches 100 before the file is there,
        so only the status counts."""
        waited, pause = 0.0, _FIRST_WAIT
        while True:
            result, request = self._result(path)
            status = result.get("status")
            if status == "complete" and result.get("fileId"):
                return result
            if status != "inProgress":
                problem = f"the export is {status!r} (request {request})"
                raise SourceError(NAME, path, problem, NEXT_RUN)
            if waited >= self._longest:
                problem = f"the export is not done after {waited / 60:.0f} minutes"
                raise SourceError(NAME, path, problem, "raise export_minutes in channels.yml")
            self._sleep(pause)
            waited, pause = waited + pause, min(2 * pause, _LONGEST_WAIT)

    def _download(self, path: str) -> list[Row]:
        kinds = {"Accept": "application/octet-stream, application/json"}
        packed = self._http.send("GET", path, headers=kinds).content
        try:
            with zipfile.ZipFile(io.BytesIO(packed)) as archive:
                (member,) = archive.infolist()
                with archive.open(member) as file:
                    text = file.read(LARGEST_FILE + 1)
        except _NO_ZIP as error:
            problem = f"the file is no zip of one file ({type(error).__name__})"
            raise SourceError(NAME, path, problem, NEXT_RUN) from None
        if len(text) > LARGEST_FILE:
            problem = f"the unpacked file is larger than {LARGEST_FILE >> 20} MiB"
            raise SourceError(NAME, path, problem, "split the survey, or archive old responses")
        try:
            document = orjson.loads(text)
        except orjson.JSONDecodeError as error:
            problem = f"the file is not JSON (at character {error.pos})"
            raise SourceError(NAME, path, problem, NEXT_RUN) from None
        rows = document.get("responses") if isinstance(document, dict) else None
        if not isinstance(rows, list) or any(not _has_id(row) for row in rows):
            problem = "the file has no responses, or one without responseId"
            raise SourceError(NAME, path, problem, NEXT_RUN)
        return rows


def _has_id(row: Any) -> bool:
    return isinstance(row, dict) and bool(row.get("responseId"))
