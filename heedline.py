"""The front door: every command explains itself with --help; the commands are in `commands/`."""

import os
import signal
from types import FrameType
from typing import Any

import httpx
import typer

from commands import (
    corrections,
    customer,
    deliver,
    drift,
    erase,
    evaluate,
    evaluate_tagger,
    explain,
    link,
    pipeline,
    query,
    redact,
    review,
    tag,
    topics,
)
from commands.console import CommandFailed, err
from connectors.registry import BadConfig
from ml.tagger.runtime import BadModel
from runtime.claim import OtherCompany
from runtime.local_airflow import StartFailed
from runtime.operate import AlreadyRunning
from runtime.processes import StillEnding
from warehouse.clock import BadTimestamp
from warehouse.duck import WarehouseBusy

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    help="Heedline hears every support channel and tells you which customers to call "
    "before they leave.",
)
app.command("run")(pipeline.run)
app.command("up")(pipeline.up)
app.command("status")(pipeline.status)
app.command("at-risk")(pipeline.at_risk)
app.command("redact")(redact.redact)
app.command("tag")(tag.tag)
app.command("link")(link.link)
app.command("review")(review.review)
app.command("customer")(customer.customer)
app.command("explain")(explain.explain)
app.command("query")(query.query)
app.command("deliver")(deliver.deliver)
app.command("drift")(drift.drift)
app.command("erase")(erase.erase)
evaluate.app.command("tagger")(evaluate_tagger.tagger)
app.add_typer(evaluate.app, name="evaluate")
app.add_typer(topics.app, name="topics")
app.add_typer(corrections.app, name="corrections")


class _Stopped(BaseException):
    """Ctrl-C or SIGTERM. Not KeyboardInterrupt, which the command-line library would swallow."""


def _stop(_signal: int, _frame: FrameType | None) -> None:
    # Once is enough: a second Ctrl-C must not break off the stopping of what was started.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    raise _Stopped


def main(*arguments: Any) -> None:
    """Run the command line; known failures become one line and a non-zero exit."""
    os.environ.setdefault("DO_NOT_TRACK", "1")
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    try:
        app(*arguments)
    except _Stopped:
        err.print("stopped; what was started has been ended, the next run takes up from here")
        raise SystemExit(130) from None
    except (
        AlreadyRunning,
        BadConfig,
        BadModel,
        BadTimestamp,
        CommandFailed,
        FileNotFoundError,
        OtherCompany,
        StartFailed,
        StillEnding,
        WarehouseBusy,
        httpx.HTTPError,
    ) as error:
        err.print(f"heedline: {error}", markup=False, style="red", soft_wrap=True)
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
