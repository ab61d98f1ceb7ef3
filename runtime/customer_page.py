"""A customer's card as a page in the terminal. What it shows is read in `customer_card`."""

from datetime import datetime
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from runtime.published import Row

_COLOURS = {"red": "red", "yellow": "yellow", "green": "green"}


def show(out: Console, card: Row) -> None:
    """Print the card from who they are down to what happened, newest first."""
    _who(out, card)
    _how(out, card["customer"], card["consents"])
    _worth(out, card["customer"])
    _health(out, card["health"])
    _records(out, card)
    _issues(out, card)
    _timeline(out, card)


def show_candidates(out: Console, asked: str, by: str, candidates: list[Row]) -> None:
    """Print the customers who share what was asked for."""
    title = f"{len(candidates)} customers share the {by} {escape(asked)}"
    table = Table(title=title, title_justify="left", box=None)
    # The id is what to ask with next: it is never cut.
    longest = max(len(row["customer_id"]) for row in candidates)
    table.add_column("customer id", no_wrap=True, min_width=longest)
    for name in ("name", "account", "last contact"):
        table.add_column(name, overflow="fold")
    for row in candidates:
        table.add_row(
            row["customer_id"],
            _text(row["customer_name"] or row["email"]),
            _text(row["account_name"]),
            _day(row["last_contact_at"]),
        )
    out.print(table)


def _who(out: Console, card: Row) -> None:
    who, account = card["customer"], card["account"]
    name = who["customer_name"] or who["email"] or who["phone"] or who["customer_id"]
    out.print(f"[bold]{escape(name)}[/]  [dim]{who['customer_id']}[/]", soft_wrap=True)
    out.print(
        f"[dim]as of {_minute(card['as_of'])}, found by {card['found_by']}[/]", soft_wrap=True
    )
    if who["do_not_contact"]:
        since = f" since {_day(who['do_not_contact_since'])}" if who["do_not_contact_since"] else ""
        source = escape(who["do_not_contact_source"] or "a record")
        out.print(f"[bold red]do not contact[/] (says {source}{since})", soft_wrap=True)
    _line(out, "e-mail", ", ".join(who["emails"] or []))
    _line(out, "phone", ", ".join(who["phones"] or []))
    address = ", ".join(str(who[k]) for k in ("address", "postcode", "country") if who[k])
    _line(out, "address", address)
    _line(out, "born", _text(who["date_of_birth"], plain=True))
    if account is None:
        _line(out, "account", who["account_name"] or "")
        return
    facts = [account["account_name"] or account["domain"], account["segment"]]
    facts += [f"looked after by {account['owner']}"] if account["owner"] else []
    facts.append(_count(account["customers"], "customer"))
    facts.append(_count(account["open_issues"], "open issue"))
    if account["amount_per_month"] is not None:
        facts.append(f"{_money(account['amount_per_month'], account['currency'])} a month")
    if account["band"] in {"red", "yellow"}:
        facts.append(f"risk {account['band']} ({account['score']:.2f})")
    _line(out, "account", ", ".join(str(fact) for fact in facts if fact))


def _how(out: Console, who: Row, consents: list[Row]) -> None:
    said = [
        ("channel", who["preferred_channel"]),
        ("language", who["language"]),
        ("time zone", who["time_zone"]),
    ]
    _line(out, "prefers", ", ".join(f"{name} {value}" for name, value in said if value))
    for word in consents:
        since = f" since {_day(word['stated_at'])}" if word["stated_at"] else ""
        value = f"{word['status']}{since} ({word['source_system']})"
        _line(out, "consent", f"{word['purpose'].replace('_', ' ')}: {value}")


def _worth(out: Console, who: Row) -> None:
    facts = []
    if who["lifetime_value"] is not None:
        values = who["lifetime_values"] or {}
        others = {k: v for k, v in values.items() if k != who["lifetime_currency"]}
        more = "".join(f" + {_money(v, k)}" for k, v in sorted(others.items()))
        facts.append(f"paid {_money(who['lifetime_value'], who['lifetime_currency'])}{more} so far")
    if who["active_subscriptions"]:
        monthly = _money(who["amount_per_month"], who["currency"])
        facts.append(f"{_count(who['active_subscriptions'], 'subscription')} at {monthly} a month")
    elif who["subscriptions"]:
        facts.append("no subscription any more")
    if who["orders"]:
        facts.append(f"{_count(who['orders'], 'order')}, last {_day(who['last_order_at'])}")
    _line(out, "value", "; ".join(facts))


def _health(out: Console, health: Row | None) -> None:
    if health is None:
        return
    colour = _COLOURS.get(health["band"], "white")
    band = f"[dim]{'health':<11}[/][{colour}]{health['band']}[/]"
    odds = f"leaves within 30 days with probability {health['score']:.2f}"
    out.print(f"{band}, {health['health_score']:.0f} of 100: {odds}", soft_wrap=True)
    for reason in health["reasons"]:
        if (reason.get("contribution") or 0) > 0:
            _line(out, "", "· " + str(reason.get("reason") or reason.get("label") or ""))


def _records(out: Console, card: Row) -> None:
    out.print()
    table = _table("known as", "system", "id there")
    table.add_column("sure", justify="right")
    table.add_column("last changed")
    for record in card["identities"]:
        note = " (deleted)" if record["is_deleted"] else ""
        if record["links_to_review"]:
            note += f" ({_count(record['links_to_review'], 'link')} to review)"
        table.add_row(
            record["source_system"],
            escape(record["remote_id"] + note),
            f"{record['match_confidence']:.0%}",
            _day(record["changed_at"] or record["created_at"]),
        )
    out.print(table)
    for change in card["merged_ids"]:
        words = {"merge": "merged into", "unmerge": "was split into"}[change["change"]]
        line = f"{change['from_customer_id']} {words} {change['to_customer_id']}"
        _line(out, "", f"{line}, {_day(change['recorded_at'])}: {change['reason']}")


def _issues(out: Console, card: Row) -> None:
    if not card["open_issues"]:
        return
    out.print()
    table = _table("open issues", "since", "about", "status", "way", "first answer")
    for issue in card["open_issues"]:
        minutes = issue["first_response_minutes"]
        table.add_row(
            _day(issue["opened_at"]),
            _text(issue["topic"]).replace("_", " "),
            issue["status"],
            issue["channels"],
            "none yet" if minutes is None else f"after {minutes:,.0f} min",
        )
    out.print(table)


def _timeline(out: Console, card: Row) -> None:
    events = card["timeline"]
    shown = f"{len(events)} of {card['timeline_events']}, newest first"
    out.print()
    table = _table(f"timeline ({shown})", "when", "channel", "who", "what")
    for event in events:
        what = event["summary"]
        if event["excluded_reason"]:
            what += f" ({event['excluded_reason']})"
        table.add_row(
            _minute(event["occurred_at"]),
            event["channel"] or "–",
            event["actor_type"],
            escape(what),
        )
    out.print(table)


def _table(title: str, *columns: str) -> Table:
    return Table(*columns, title=title, title_justify="left", box=None, title_style="bold")


def _line(out: Console, name: str, value: str) -> None:
    """One fact under its name; nothing when there is none."""
    if value:
        out.print(f"[dim]{name:<11}[/]{escape(value)}", soft_wrap=True)


def _text(value: Any, *, plain: bool = False) -> str:
    if value is None:
        return "" if plain else "–"
    return str(value) if plain else escape(str(value))


def _day(moment: datetime | None) -> str:
    return "–" if moment is None else f"{moment:%Y-%m-%d}"


def _minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


def _money(amount: float | None, currency: str | None) -> str:
    return "–" if amount is None else f"{amount:,.2f} {currency or ''}".strip()


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
