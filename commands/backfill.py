"""`heedline backfill`: a channel's history by windows, through Airflow's own backfill."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import typer

from commands.console import CommandFailed, err, out
from commands.pipeline import LiveOption, Size, SizeOption
from connectors.contract import SourceError
from connectors.registry import enabled_channels
from connectors.windows import Window, backfilled_channels, cut, dag_id, left_out
from runtime import backfill as windows_of
from runtime.operate import Plan
from warehouse.clock import parse_as_of, wall_now
from warehouse.settings import settings


class Span(StrEnum):
    """How long a window is."""

    day = "day"
    week = "week"
    month = "month"


ChannelArgument = Annotated[str, typer.Argument(metavar="CHANNEL", help="Such as zendesk.")]
FromOption = Annotated[
    str | None, typer.Option("--from", help="First day, e.g. 2024-01-01 (or an ISO 8601 instant).")
]
ToOption = Annotated[
    str | None, typer.Option("--to", help="The day after the last one, e.g. 2025-01-01.")
]
WindowOption = Annotated[Span, typer.Option("--window", help="How much one run brings, in UTC.")]
DryRunOption = Annotated[
    bool, typer.Option("--dry-run", help="Say which windows there would be; ask nobody.")
]
StatusOption = Annotated[bool, typer.Option("--status", help="Say which windows are done.")]
CancelOption = Annotated[
    bool,
    typer.Option("--cancel", help="Start no further window; the running one comes to its end."),
]


def backfill(
    channel: ChannelArgument,
    begin: FromOption = None,
    end: ToOption = None,
    window: WindowOption = Span.week,
    dry_run: DryRunOption = False,
    status: StatusOption = False,
    cancel: CancelOption = False,
    live: LiveOption = False,
    size: SizeOption = Size.medium,
) -> None:
    """Bring a channel's history, one window after another.

    For what lies before `start_at`, and for days that were missed. Each window is a run of the DAG
    `backfill_CHANNEL_WINDOW`: extract, gate, load; the next `heedline run` (or round) takes the
    rows up. The ordinary pull keeps its cursor, and a newer state of a row is never overwritten.

    Windows are whole days, weeks from Monday, or months, in UTC. One that is not over yet is left
    to the ordinary pull. Broken off, give the same command again: finished windows are not redone,
    failed ones are.

    It uses the Airflow of `heedline up` where that runs, else starts one for the time being.
    Elsewhere: `airflow backfill create --dag-id backfill_zendesk_week --from-date … --to-date …`.

    Ends with 0 when all windows are done, with 1 when one failed or nothing can be done.
    """
    _check(channel)
    plan = Plan(settings(), None, None, size.value, live, out.print, only=(channel,))
    if status or cancel:
        _look(plan, channel, window, cancel=cancel)
        return
    wanted = _wanted(begin, end, window)
    _announce(channel, wanted, window)
    if dry_run:
        for each in wanted:
            out.print(f"{_day(each.begin)} … {_day(each.end)}")
        return
    with windows_of.airflow_of(plan, window) as (api, airflow):
        name = dag_id(channel, window)
        result = windows_of.Backfill(api, airflow, plan.home, name, out.print).run(wanted)
    for failure in result.failures:
        err.print(f"\n[bold red]failed[/] {failure.dag_id}.{failure.task_id}: ", end="")
        err.print(failure.error, markup=False, soft_wrap=True)
    if result.done < len(wanted):
        raise CommandFailed(
            f"{'cancelled: ' if result.cancelled else ''}{result.done} of {len(wanted)} windows "
            "are done; the same command goes on with the others"
        )
    out.print(
        f"{result.done} windows are done; the next `heedline run` or round takes their rows up"
    )


def _check(channel: str) -> None:
    enabled = [each.name for each in enabled_channels()]
    if channel not in enabled:
        raise CommandFailed(f"no channel {channel!r} is on; there are: {', '.join(enabled)}")
    if channel not in [each.name for each in backfilled_channels()]:
        try:
            left_out(channel)
        except SourceError as error:
            raise CommandFailed(str(error)) from None


def _wanted(begin: str | None, end: str | None, size: str) -> list[Window]:
    """The whole windows that are over."""
    if not begin or not end:
        raise CommandFailed("say --from and --to, such as --from 2024-01-01 --to 2025-01-01")
    first, last = parse_as_of(begin), parse_as_of(end)
    if first >= last:
        raise CommandFailed(f"--from {begin} is not before --to {end}")
    wanted = [window for window in cut(first, last, size) if window.end < wall_now()]
    if not wanted:
        raise CommandFailed(
            f"no {size} from {begin} to {end} is over yet; the ordinary pull brings it, or take "
            "--window day"
        )
    return wanted


def _announce(channel: str, wanted: list[Window], size: str) -> None:
    many = f"{len(wanted)} {size}s" if len(wanted) > 1 else f"1 {size}"
    out.print(f"{channel}: {many}, {_day(wanted[0].begin)} … {_day(wanted[-1].end)}")
    for resource, reason in left_out(channel).items():
        out.print(f"  without {resource}: {reason}", markup=False)


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}"


def _look(plan: Plan, channel: str, size: str, *, cancel: bool) -> None:
    """Print every window there has been, or end what is under way."""
    if cancel and windows_of.running(plan.home) is None:
        out.print("nothing is under way")
        return
    with windows_of.airflow_of(plan, size) as (api, _):
        name = dag_id(channel, size)
        if cancel:
            under_way = windows_of.cancel(api, plan.home, name)
        else:
            under_way = windows_of.under_way(api, plan.home, name)
            for run in api.windows(name):
                done = run["state"] == "success"
                told = api.result(name, run["dag_run_id"], "load") if done else None
                out.print(windows_of.line_of(run, told), markup=False)
        if not under_way:
            out.print("nothing is under way")
        elif cancel:
            out.print("cancelled; a window that runs comes to its end")
