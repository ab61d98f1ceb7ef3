"""`heedline deliver`: the lists go to where people work."""

from functools import partial
from typing import Annotated, Any

import typer
from rich.table import Table

from commands.console import CommandFailed, in_turn, out
from outreach import delivery
from outreach.delivery.adapters.digest import lines_of, title_of
from outreach.delivery.messages import Message
from outreach.delivery.outcomes import states, try_again
from outreach.delivery.send import DeliveryBusy
from outreach.delivery.targets import EmailTarget, SlackTarget, Target
from outreach.delivery.templates import value_of
from outreach.lists import NoList
from warehouse.clock import iso, wall_now
from warehouse.credentials import from_environment
from warehouse.duck import warehouse
from warehouse.settings import settings

_SHOWN = 3


def deliver(
    target: Annotated[
        str | None,
        typer.Option("--target", metavar="NAME", help="One target of targets.yml. Default: all."),
    ] = None,
    send: Annotated[
        bool,
        typer.Option(
            "--send/--dry-run",
            help="Send to the targets that are switched on. Default: show what would be sent.",
        ),
    ] = False,
    status: Annotated[
        bool, typer.Option("--status", help="What was sent, what failed and why; sends nothing.")
    ] = False,
    again: Annotated[
        bool,
        typer.Option("--again", help="With --target: put what was given up back in line first."),
    ] = False,
) -> None:
    """Deliver the newest lists (at risk, growth, incident): files, tasks, tickets, mails, webhooks.

    Targets stand in HEEDLINE_HOME/targets.yml (HEEDLINE_TARGETS: another place; to begin, copy
    outreach/delivery/targets.yml). Nothing leaves before a target says `enabled: true`. Each
    customer goes to each target once per stay on the list; running this again sends nothing twice.
    Address and secrets come from AIRFLOW_CONN_HEEDLINE_TARGET. The output holds personal data.

    Steps: `heedline deliver` shows · switch a target on · `heedline deliver --target NAME --send` ·
    `heedline deliver --status`. With `heedline up --live` the DAG `outreach` does it after every
    publish.
    """
    try:
        known = delivery.read_targets().targets
        chosen = [delivery.target_of(target)] if target else list(known.values())
        if status:
            _status(chosen)
            return
        if again:
            _again(chosen, named=target is not None)
        if send:
            _send(chosen, named=target is not None)
        else:
            _show_all(chosen)
    except (delivery.BadTargets, DeliveryBusy, NoList) as error:
        raise CommandFailed(str(error)) from None


def _again(chosen: list[Target], *, named: bool) -> None:
    if not named:
        raise CommandFailed("--again takes back what was given up at one target; name it: --target")
    with warehouse() as connection:
        count = try_again(connection, chosen[0], wall_now())
    out.print(f"{count} given up before are in line again", markup=False)


def _send(chosen: list[Target], *, named: bool) -> None:
    off = [target.name for target in chosen if not target.enabled]
    on = [target for target in chosen if target.enabled]
    if not on:
        which = f"{off[0]} is not" if named else "no target is"
        raise CommandFailed(
            f"{which} switched on, so nothing was sent; write `enabled: true` under it in "
            f"{settings().targets_file}"
        )
    works = {
        target.name: partial(
            delivery.deliver, target, partial(from_environment, target.connection_id)
        )
        for target in on
    }
    in_turn(works, delivery.NotDelivered, "not everything was delivered")


def _show_all(chosen: list[Target]) -> None:
    """Lists that there are not are told of beside those that there are."""
    missing: dict[str, NoList] = {}
    for target in chosen:
        try:
            _show(target)
        except NoList as error:
            missing[target.list_] = error
    if len(missing) == len({target.list_ for target in chosen}):
        raise next(iter(missing.values()))
    for told in missing.values():
        out.print(str(told), markup=False)


def _show(target: Target) -> None:
    messages = delivery.preview(target, wall_now())
    entries = [entry for message in messages for entry in message.entries]
    how = "on" if target.enabled else "off: dry run only"
    out.print(
        f"\n[bold]{target.name}[/] (list {target.list_}, {target.kind}, {how}): "
        f"{len(entries)} would be sent"
    )
    if not messages:
        return
    if isinstance(target, SlackTarget | EmailTarget):
        out.print(f"  {title_of(target, messages[0])}", markup=False, soft_wrap=True)
        for line in lines_of(target, messages[0])[:_SHOWN]:
            out.print(f"  {line}", markup=False, soft_wrap=True)
        return
    table = Table(box=None)
    for name in target.fields:
        table.add_column(name, overflow="fold")
    for row in _rows(messages)[:_SHOWN]:
        values = (value_of(template, row) for template in target.fields.values())
        table.add_row(*("–" if value is None else str(value) for value in values))
    out.print(table)


def _rows(messages: list[Message]) -> list[dict[str, Any]]:
    return [row for message in messages for row in message.rows]


def _status(chosen: list[Target]) -> None:
    names = {target.name for target in chosen}
    with warehouse(read_only=True) as connection:
        rows = [row for row in states(connection) if row["target"] in names]
    if not rows:
        out.print("nothing was queued yet; `heedline deliver` shows what would be sent")
        return
    table = Table(box=None)
    for name in ("target", "status", "entries", "most tries", "newest change", "newest problem"):
        table.add_column(name, overflow="fold")
    for row in rows:
        numbers = (f"{row['entries']:,}", str(row["most_tries"]), iso(row["changed_at"]))
        table.add_row(row["target"], row["status"], *numbers, row["problem"] or "")
    out.print(table)
