"""`heedline run`, `up`, `status`: the pipeline and what came out of it."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from commands.console import err, out
from runtime import operate, summary
from runtime.operate import Plan
from warehouse.clock import parse_as_of
from warehouse.settings import settings


class Size(StrEnum):
    """How much of the sample company to make."""

    small = "small"
    medium = "medium"
    large = "large"


DropOption = Annotated[
    Path | None,
    typer.Option(
        "--drop",
        help="Run on this folder of files alone (docs/file_drop.md) instead of the sample company.",
        exists=True,
        file_okay=False,
        resolve_path=True,
    ),
]
AsOfOption = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        help="The run's only 'now', ISO 8601, e.g. 2026-06-30T00:00:00Z. "
        "Default: the sample company's last day; the present moment with --drop and --live.",
    ),
]
SizeOption = Annotated[Size, typer.Option("--size", help="Size of the sample company.")]
LiveOption = Annotated[
    bool,
    typer.Option(
        "--live",
        help="Pull from your own systems: the channels of connectors/channels.yml, signed in "
        "through AIRFLOW_CONN_HEEDLINE_SOURCE (see .env.example).",
    ),
]


def _plan(drop: Path | None, as_of: str | None, size: Size, live: bool) -> Plan:
    moment = parse_as_of(as_of) if as_of else None
    if drop and live:
        raise typer.BadParameter("--drop and --live exclude each other")
    return Plan(home=settings(), drop=drop, as_of=moment, size=size.value, live=live, say=out.print)


def run(
    drop: DropOption = None,
    as_of: AsOfOption = None,
    size: SizeOption = Size.medium,
    live: LiveOption = False,
) -> None:
    """Run the whole pipeline once, under a real Airflow, and show what came out.

    Starts what it needs on 127.0.0.1 (the sample company's servers, Airflow), pulls what is new
    from every channel, rebuilds the marts, publishes, prints the scorecard and the customers at
    risk, and stops what it started. Everything it writes lies under HEEDLINE_HOME (default ./data).
    """
    result = operate.run_once(_plan(drop, as_of, size, live))
    for failure in result.failures:
        err.print(f"\n[bold red]failed[/] {failure.dag_id}.{failure.task_id}: ", end="")
        err.print(failure.error, markup=False, soft_wrap=True)
        err.print(failure.log_tail, markup=False, style="dim", soft_wrap=True)
    summary.intake(out, settings(), result.since)
    if result.published:
        summary.scorecard(out, settings())
        summary.at_risk(out, settings(), top=10)
        summary.published(out, settings())
    out.print(f"\n{result.seconds:.0f} s", style="bold")
    if result.failures:
        names = ", ".join(f"{f.dag_id}.{f.task_id}" for f in result.failures)
        last_word = f"not everything worked: {names}; the next run takes up where this one stopped"
        err.print(last_word, soft_wrap=True)
        raise typer.Exit(1)


def up(
    drop: DropOption = None,
    size: SizeOption = Size.medium,
    live: LiveOption = False,
) -> None:
    """Keep Airflow's UI and scheduler running until Ctrl-C.

    With --live the DAGs follow their schedules; otherwise runs start when you trigger an ingest DAG
    in the UI; its configuration takes `{"as_of": "2026-06-30T00:00:00Z"}`.
    """
    operate.keep_up(_plan(drop, None, size, live))


def status() -> None:
    """What was published last, what each source has loaded, what is in quarantine."""
    summary.status(out, settings())
