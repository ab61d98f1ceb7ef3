"""One run of Great Expectations: a suite against a frame, all expectations at once.

The only module that imports Great Expectations at run time; importing it costs seconds, so callers
import it when there is a row to check.
"""

import os
from functools import cache
from typing import Any

import pandas as pd

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")

import great_expectations as gx
from great_expectations.core.batch_definition import BatchDefinition
from great_expectations.data_context.types.base import ProgressBarsConfig

from expectations import forms
from expectations.errors import CheckerBroken
from expectations.reasons import Failure
from expectations.suites import Suite

__all__ = ["build", "check", "forms"]


@cache
def _frame() -> BatchDefinition[Any]:
    """A context in memory that knows one thing: a pandas frame handed to it."""
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    asset = context.data_sources.add_pandas("heedline").add_dataframe_asset("batch")
    return asset.add_batch_definition_whole_dataframe("whole")


def _raised(exception_info: dict[str, Any]) -> str | None:
    """The first message of an expectation that raised; it comes flat or keyed by metric."""
    entries = [exception_info, *exception_info.values()]
    for entry in entries:
        if isinstance(entry, dict) and entry.get("raised_exception"):
            return " ".join(str(entry.get("exception_message")).split())[:300]
    return None


def build(suite: Suite) -> gx.ExpectationSuite:
    """The suite as Great Expectations' own object.

    Raises:
        CheckerBroken: an expectation is unknown or wrongly written.
    """
    # Results come back in another order: the position ties each to its place in the suite.
    numbered = [
        {**e, "id": None, "meta": {**(e.get("meta") or {}), "position": i}}
        for i, e in enumerate(suite.expectations)
    ]
    try:
        built = gx.ExpectationSuite(name=suite.name, expectations=numbered)
    except Exception as error:
        raise _cannot_run(suite, error) from error
    # An expectation that it cannot build is only logged and left out; that must not pass.
    kept = {(e.meta or {}).get("position") for e in built.expectations}
    lost = [e["type"] for i, e in enumerate(suite.expectations) if i not in kept]
    if lost:
        raise CheckerBroken(
            f"suite {suite.name}: {', '.join(lost)} is unknown or wrongly written; mend the suite"
        )
    return built


def check(suite: Suite, frame: pd.DataFrame, parameters: dict[str, Any]) -> list[Failure]:
    """Validate `frame` (index 0…n-1) and return what failed, in the suite's order.

    Args:
        parameters: values for `{"$PARAMETER": name}` in the suite.

    Raises:
        CheckerBroken: an expectation is unknown, wrongly written, or raised while running.
    """
    built = build(suite)
    try:
        outcome = (
            _frame()
            .get_batch(batch_parameters={"dataframe": frame})
            .validate(
                built,
                result_format={
                    "result_format": "COMPLETE",
                    "return_unexpected_index_query": False,
                },
                expectation_parameters=parameters,
            )
        )
    except Exception as error:
        raise _cannot_run(suite, error) from error
    failures: dict[int, Failure] = {}
    for result in outcome.results:
        config = result.expectation_config
        position = int(config.meta["position"]) if config and config.meta else -1
        source = suite.expectations[position]
        message = _raised(result.exception_info or {})
        if message is not None:
            raise CheckerBroken(
                f"suite {suite.name}: {source['type']} {source.get('kwargs', {})} "
                f"raised instead of answering ({message}); mend the check, the data is not to blame"
            )
        if result.success:
            continue
        found = result.result
        failures[position] = Failure(
            expectation=source,
            is_row_level="unexpected_index_list" in found,
            observed=found.get("observed_value", found.get("unexpected_count")),
            rows=[int(row) for row in found.get("unexpected_index_list") or ()],
            values=list(found.get("unexpected_list") or ()),
        )
    return [failures[position] for position in sorted(failures)]


def _cannot_run(suite: Suite, error: Exception) -> CheckerBroken:
    reason = " ".join(str(error).split())[:300]
    return CheckerBroken(
        f"suite {suite.name}: cannot run ({type(error).__name__}: {reason}); mend the suite"
    )
