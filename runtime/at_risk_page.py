"""Why a customer is at risk, as a page in the terminal. What it shows is read in `at_risk`."""

import math

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from runtime.published import Row


def show(out: Console, why: Row) -> None:
    """Print who it is, how much at risk, what changed, what to do, and the sum of the reasons."""
    who = why["customer"]
    name = who["customer_name"] or who["email"] or who["customer_id"]
    if who["account_name"]:
        name = f"{name}, {who['account_name']}"
    out.print(f"[bold]{escape(name)}[/]  [dim]{who['customer_id']}[/]", soft_wrap=True)
    moment = f"{why['as_of']:%Y-%m-%d %H:%M}"
    out.print(f"[dim]as of {moment}, found by {why['found_by']}[/]", soft_wrap=True)
    out.print()
    colour = "red" if why["band"] == "red" else "yellow"
    odds = f"leaves within 30 days with probability {why['score']:.2f}"
    place = f", number {why['position']} of the list" if why["position"] else ""
    out.print(f"{'risk':<11}[{colour}]{why['band']}[/]: {odds}{place}", soft_wrap=True)
    _line(out, "changed", why["change"]["what_changed"])
    for reason in why["suppressed"]:
        words = reason["reason"].replace("_", " ")
        _line(out, "left out", f"{words}: {reason['detail']}")
    if why["play"]:
        _what_to_do(out, why)
    out.print()
    _reasons(out, why)


def _what_to_do(out: Console, why: Row) -> None:
    play, who = why["play"], why["customer"]
    _line(out, "what to do", play["description"])
    _line(out, "", f"play {play['play']}, because: {play['why']}")
    way = play["channel"] or "no way to reach them"
    address = who[play["channel"]] if play["channel"] else None
    _line(out, "who", f"{play['owner']} ({who['owner'] or 'nobody looks after them'})")
    _line(out, "how", f"{way} {address or ''}".strip())
    late = ", overdue" if play["due_at"] < why["as_of"] else ""
    _line(out, "until", f"{play['due_at']:%A, %Y-%m-%d %H:%M} UTC{late}")
    for number, line in enumerate(play["message"].splitlines()):
        _line(out, "message" if number == 0 else "", line)


def _reasons(out: Console, why: Row) -> None:
    """Contributions on the log-odds, each with the probability so far: they end at the score."""
    table = Table("why", title="how the score comes about", title_justify="left", box=None)
    table.add_column("adds", justify="right")
    table.add_column("before", justify="right")
    table.add_column("risk so far", justify="right")
    table.add_column("conversations", overflow="fold")
    total = why["base"]
    table.add_row("where everybody starts", f"{total:+.3f}", "", _probability(total), "")
    for reason in why["reasons"]:
        total += reason["contribution"]
        before = reason["previous_contribution"]
        table.add_row(
            escape(f"{reason['label']}: {reason['evidence']}"),
            f"{reason['contribution']:+.3f}",
            "–" if before is None else f"{before:+.3f}",
            _probability(total),
            escape(reason["conversations"].replace(", ", "\n")),
        )
    table.add_section()
    table.add_row("[bold]sum[/]", f"[bold]{total:+.3f}[/]", "", f"[bold]{_probability(total)}[/]")
    out.print(table)


def _probability(log_odds: float) -> str:
    return f"{1 / (1 + math.exp(-log_odds)):.2f}"


def _line(out: Console, name: str, value: str) -> None:
    out.print(f"[dim]{name:<11}[/]{escape(value)}", soft_wrap=True)
