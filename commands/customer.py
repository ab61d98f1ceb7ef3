"""`heedline customer`: one customer on a page."""

import json
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any

import typer

from commands.console import CommandFailed, out
from runtime import customer_card, customer_page
from runtime.customer_card import Span
from warehouse.clock import iso, parse_as_of
from warehouse.settings import settings


class CardFormat(StrEnum):
    """How to print a card."""

    table = "table"
    json = "json"


def customer(
    asked: Annotated[
        str,
        typer.Argument(
            metavar="CUSTOMER",
            help="customer_id (an old, merged one too, or the first 8 characters or more of one), "
            "e-mail address, phone number, whole name, or SOURCE:ID as a system knows them, "
            "e.g. zendesk:364002038260.",
        ),
    ],
    limit: Annotated[
        int, typer.Option("--limit", min=0, help="How many of the newest events to show.")
    ] = 20,
    everything: Annotated[bool, typer.Option("--all", help="Show every event.")] = False,
    since: Annotated[
        str | None,
        typer.Option("--since", help="Only events from this day or instant on, e.g. 2026-06-01."),
    ] = None,
    output: Annotated[
        CardFormat, typer.Option("--format", help="How to print.")
    ] = CardFormat.table,
) -> None:
    """One customer on a page: who they are in every system, consent, value, risk and history.

    Reads what was published last, so it never keeps a running pipeline waiting. The output holds
    personal data. When several customers share an e-mail address or phone number, they are listed
    instead; ask again with one of their ids.
    """
    span = Span(None if everything else limit, parse_as_of(since) if since else None)
    answer = customer_card.look_up(settings(), asked, span)
    if not answer.found.customer_ids:
        raise CommandFailed(
            f"no customer {asked!r} in what was published last; give a customer id, an e-mail "
            "address, a phone number with its country code, a whole name, or SOURCE:ID such as "
            "zendesk:42 "
            "(`heedline at-risk --format json` lists ids); if they are new, `heedline run` first"
        )
    if answer.card is None:
        if output is CardFormat.json:
            print_json({"asked": asked, "candidates": answer.candidates})
        else:
            customer_page.show_candidates(out, asked, answer.found.by, answer.candidates)
        raise CommandFailed(
            f"{len(answer.candidates)} customers share {asked!r}; ask again with one of their ids"
        )
    if output is CardFormat.json:
        print_json(answer.card)
    else:
        customer_page.show(out, answer.card)


def print_json(said: dict[str, Any]) -> None:
    """Print a card for machines."""
    out.out(json.dumps(said, default=_plain, ensure_ascii=False, indent=2), highlight=False)


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return iso(value)
    return value.isoformat() if isinstance(value, date) else str(value)
