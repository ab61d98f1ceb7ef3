"""Qualtrics → surveys (declared ones, with their questions) and their responses, by export files.

A continuation brings what was recorded since; it tells of no edits and no deletions. So the whole
survey is exported again when the vendor counts more deleted ones, when the token is refused, and
every few days; what the whole file no longer has lands as `is_gone`.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import dlt
from dlt.sources import DltSource
from dlt.sources.helpers.rest_client.auth import APIKeyAuth

from connectors.contract import Credentials, SourceError, resources
from connectors.counts import vendor_count
from connectors.held import Held
from connectors.http import Http, Policy, Refused
from connectors.qualtrics.export import NAME, NEXT_RUN, Api, Export, Row
from connectors.qualtrics.responses import Survey
from connectors.survey_scales import read_scales
from warehouse.clock import BadTimestamp, iso, parse_as_of, wall_now


def newest(api: Api, survey_id: str, token: str | None) -> tuple[Export, bool]:
    """What is new, and whether it is the whole survey: without a token, or when it is refused."""
    if token:
        try:
            return api.export(survey_id, token), False
        except Refused as refused:
            if refused.status not in (400, 404, 410, 422):
                raise
    return api.export(survey_id), True


def recorded_at(response: Row) -> datetime:
    """When a response was recorded.

    Raises:
        SourceError: it does not say.
    """
    recorded = (response.get("values") or {}).get("recordedDate", response.get("recordedDate"))
    try:
        return parse_as_of(str(recorded))
    except BadTimestamp:
        problem = f"recordedDate {recorded!r} is not an instant"
        raise SourceError(
            NAME, "responses", problem, "see connectors/qualtrics/README.md"
        ) from None


def _real_and_tests(counts: Row) -> int | None:
    """Responses of a survey, deleted ones left out; None where the vendor does not say."""
    real, tests = counts.get("auditable"), counts.get("generated")
    return None if real is None or tests is None else int(real) + int(tests)


def source(
    credentials: Credentials,
    *,
    surveys: dict[str, Any] | None = None,
    start_at: str = "2020-01-01T00:00:00Z",
    whole_every_days: float = 7,
    export_minutes: float = 30,
    policy: Policy | None = None,
) -> DltSource:
    """The declared surveys of one account and their responses (nothing is requested yet).

    Args:
        surveys: survey id → its declaration (`connectors/qualtrics/responses.py`).
        start_at: responses recorded before this are left out.
        whole_every_days: how often a survey is exported whole, for edits of old responses.
        export_minutes: how long one file may take the vendor to write.
        policy: retries and limits of the conversation; tests give their own.
    """
    declared, rules = read_scales(NAME, "surveys", Survey, surveys), policy or Policy()
    auth = APIKeyAuth(name="X-API-TOKEN", api_key=credentials.password, location="header")
    http = Http(NAME, credentials.base_url, auth=auth, policy=rules)
    api = Api(http, rules, export_minutes * 60)
    start, patience = parse_as_of(start_at), timedelta(days=whole_every_days)

    def follow(survey_id: str, survey: Survey, state: Row) -> Iterator[Row]:
        """Rows that are new or gone; the state moves when all of them were read."""
        described, now = api.survey(survey_id), wall_now()
        survey.check(survey_id, described)
        counts = described.get("responseCounts") or {}
        counted = _real_and_tests(counts)
        due = not state.get("whole_at") or now - parse_as_of(state["whole_at"]) >= patience
        known = not due and counts.get("deleted") == state.get("deleted")
        export, whole = newest(api, survey_id, state.get("token") if known else None)
        wanted = [response for response in export.responses if recorded_at(response) >= start]
        for response in wanted:
            yield survey.declare(response, survey_id)
        held, ids = Held(state), {response["responseId"] for response in wanted}
        if whole:
            gone, came = held.drop_all_but(ids), len(export.responses)
            if gone and counted is not None and came < counted:
                # Not deleted: left out of this file.
                problem = f"{came} responses came where the vendor counts {counted}"
                raise SourceError(NAME, f"export of {survey_id}", problem, NEXT_RUN)
            for response_id in gone:
                yield survey.gone(response_id, survey_id)
            state["whole_at"], state["left_out"] = iso(now), came - len(wanted)
        held.add(ids)
        state["token"], state["deleted"] = export.token, counts.get("deleted")
        state["counted"] = counted

    @dlt.resource(name="surveys", **resources(NAME)["surveys"].dlt_hints())
    def described() -> Iterator[Row]:
        for survey_id in declared:
            yield api.survey(survey_id)

    @dlt.resource(name="responses", **resources(NAME)["responses"].dlt_hints())
    def responses() -> Iterator[Row]:
        state = dlt.current.resource_state()
        followed: dict[str, Row] = state.setdefault("surveys", {})
        for survey_id, survey in declared.items():
            yield from follow(survey_id, survey, followed.setdefault(survey_id, {}))
        ours = [followed[survey_id] for survey_id in declared]
        if all(survey["counted"] is not None for survey in ours):
            counts = [survey["counted"] - survey["left_out"] for survey in ours]
            # A count above what the files gave is not (yet) about the rows in them.
            files = [len(survey["held"]) for survey in ours]
            exact = all(count <= given for count, given in zip(counts, files, strict=True))
            state["vendor_count"] = vendor_count(sum(counts), exact=exact, among=declared)

    @dlt.source(name=NAME, max_table_nesting=0)
    def qualtrics() -> Any:
        return described, responses

    return qualtrics()
