"""SurveyMonkey → surveys (declared ones, with their questions) and their responses.

Responses are followed by `date_modified`: one that is started today and completed next week comes
again. The vendor does not say what was deleted, but it counts: where its count and ours part, the
survey is read whole again, and what is no longer there lands as `is_gone`.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import dlt
from dlt.sources import DltSource
from dlt.sources.helpers.rest_client.auth import BearerTokenAuth

from connectors.contract import Credentials, resources
from connectors.counts import vendor_count
from connectors.held import Held
from connectors.http import Http, Policy
from connectors.pace import Pace
from connectors.survey_scales import read_scales
from connectors.surveymonkey.api import Api, Row, own_wait, second
from connectors.surveymonkey.questions import NAME, Choices, Survey
from warehouse.clock import iso, wall_now


def follow(api: Api, survey_id: str, state: Row, start: str, lookback: timedelta) -> Iterator[Row]:
    """Rows of one survey that are new, changed or gone; the state moves when all were read."""
    held, newest = Held(state), state.get("newest")
    came: dict[str, str] = {}

    def walk(since: str) -> Iterator[Row]:
        for row in api.changed(survey_id, since):
            came[row["id"]] = row["date_modified"]
            yield row

    yield from walk(max(second(newest, lookback), start) if newest else start)
    held.add(came)
    if not newest:  # all were read: for the first time, or anew
        yield from _gone(held, came)
    counted, usual = api.count(survey_id, start), state.get("differs", 0)
    differs = counted - len(held)
    # Fewer than usual: some were deleted. More: one came in while we read, but not in each run.
    if newest and (differs < usual or (differs > usual and state.get("was_more"))):
        came.clear()
        yield from walk(start)
        held.add(came)
        yield from _gone(held, came)
        counted = api.count(survey_id, start)
        state["differs"] = differs = counted - len(held)
    state["was_more"] = differs > state.get("differs", 0)
    # A count above what the list gave is not (yet) about the rows it lists.
    state["counted"], state["exact"] = counted, differs <= 0
    state["newest"] = max([newest or "", *came.values()]) or None


def _gone(held: Held, came: dict[str, str]) -> Iterator[Row]:
    for id_ in held.drop_all_but(set(came)):
        yield {"id": id_, "is_gone": True, "date_modified": iso(wall_now())}


def source(
    credentials: Credentials,
    *,
    surveys: dict[str, Any] | None = None,
    start_at: str = "2020-01-01T00:00:00Z",
    lookback_minutes: float = 60,
    requests_per_minute: float = 100,
    page_size: int = 100,
    policy: Policy | None = None,
) -> DltSource:
    """The declared surveys of one account and their responses (nothing is requested yet).

    Args:
        surveys: survey id → its declaration (`connectors/surveymonkey/questions.py`).
        start_at: responses last changed before this are never asked for.
        lookback_minutes: read again before the newest change known.
        page_size: the vendor's largest is 100.
        policy: retries and limits of the conversation; tests give their own.
    """
    declared = read_scales(NAME, "surveys", Survey, surveys)
    rules = policy or Policy()
    auth = BearerTokenAuth(credentials.password)
    http = Http(NAME, credentials.base_url, auth=auth, policy=rules, own_wait=own_wait)
    api = Api(http, Pace(requests_per_minute / 60, rules.sleep), page_size)
    start, lookback = second(start_at), timedelta(minutes=lookback_minutes)

    @dlt.resource(name="surveys", **resources(NAME)["surveys"].dlt_hints())
    def described() -> Iterator[Row]:
        for survey_id in declared:
            yield api.details(survey_id)

    @dlt.resource(name="responses", **resources(NAME)["responses"].dlt_hints())
    def responses() -> Iterator[Row]:
        state = dlt.current.resource_state()
        followed: dict[str, Row] = state.setdefault("surveys", {})
        for survey_id, survey in declared.items():
            choices = Choices(survey, survey_id, api.details(survey_id))
            at = followed.setdefault(survey_id, {})
            for row in follow(api, survey_id, at, start, lookback):
                yield {**choices.declare(row), "survey_id": survey_id}
        ours = [followed[survey_id] for survey_id in declared]
        state["vendor_count"] = vendor_count(
            sum(survey["counted"] for survey in ours),
            exact=all(survey["exact"] for survey in ours),
            among=declared,
        )

    @dlt.source(name=NAME, max_table_nesting=0)
    def surveymonkey() -> Any:
        return described, responses

    return surveymonkey()
