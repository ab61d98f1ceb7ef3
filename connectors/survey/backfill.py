"""A window of Typeform's history: responses that were completed within it."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import dlt
from dlt.sources import DltSource

from connectors.contract import Credentials, resources
from connectors.survey.forms import Form, Row
from connectors.survey.source import NAME, meaning, second, signed_in
from connectors.survey_scales import read_scales
from connectors.windows import Window
from warehouse.clock import iso

LEFT_OUT: dict[str, str] = {}


def source(
    credentials: Credentials,
    window: Window,
    *,
    forms: dict[str, Any] | None = None,
    requests_per_second: float = 2,
    page_size: int = 1000,
    **_: Any,
) -> DltSource:
    """What was completed within the window (nothing is requested yet); settings as of the pull.

    Unfinished responses have no time: every pull reads all of them.
    """
    declared = read_scales(NAME, "forms", Form, forms)
    api = signed_in(credentials, requests_per_second, page_size)
    since, until = second(iso(window.begin)), second(iso(window.end))

    @dlt.resource(name="responses", **resources(NAME)["responses"].dlt_hints())
    def responses() -> Iterator[Row]:
        for form_id in declared:
            for row in api.completed(form_id, since, until):
                yield {**row, "form_id": form_id}

    @dlt.source(name=NAME, max_table_nesting=0)
    def survey() -> Any:
        return responses.add_map(partial(meaning, declared))

    return survey()
