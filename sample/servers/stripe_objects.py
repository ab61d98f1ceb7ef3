"""The world's payers, subscriptions and orders as Stripe writes them, and the events about them."""

import calendar
from datetime import datetime
from hashlib import md5
from pathlib import Path
from typing import Any

from sample.servers.world import Row, by_key, of_system, rows

Objects = dict[str, Row]
ZERO_DECIMAL = frozenset(
    "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split()  # noqa: SIM905
)
THREE_DECIMAL = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})
STATUS = {"cancelled": "canceled", "ended": "canceled", "churned": "canceled"}


def epoch(moment: datetime | None) -> int | None:
    return None if moment is None else calendar.timegm(moment.utctimetuple())


def minor(amount: float | None, currency: str) -> int | None:
    """An amount in the currency's smallest unit, as Stripe wants it."""
    if amount is None:
        return None
    code = currency.upper()
    return round(amount * (1 if code in ZERO_DECIMAL else 1000 if code in THREE_DECIMAL else 100))


def customers(world: Path) -> Objects:
    """Payers by id. One merged into another is gone: Stripe cannot merge, it deletes."""
    people, found = by_key(world, "people", "person_id"), {}
    for row in of_system(world, "identities", "stripe"):
        key = row["remote_id"]
        if row["merged_into_remote_id"]:
            found[key] = {"id": key, "object": "customer", "deleted": True}
            continue
        person = people.get(row["person_id"], {})
        found[key] = {
            "id": key,
            "object": "customer",
            "address": {
                "city": person.get("city"),
                "country": person.get("country"),
                "line1": person.get("street"),
                "line2": None,
                "postal_code": person.get("postcode"),
                "state": None,
            },
            "balance": 0,
            "created": epoch(row["created_at"]),
            "currency": None,
            "delinquent": False,
            "description": None,
            "email": row["email"],
            "livemode": False,
            "metadata": {"account_number": row["external_id"]} if row["external_id"] else {},
            "name": row["name"],
            "phone": row["phone"],
            "preferred_locales": [person["language"]] if person.get("language") else [],
        }
    return found


def subscription(row: Row) -> Row:
    """One subscription of a single monthly price."""
    currency, ended = row["currency"].lower(), epoch(row["ended_at"])
    amount = minor(row["amount_per_month"], row["currency"])
    price = {
        "id": "price_" + md5(str(row["plan"]).encode(), usedforsecurity=False).hexdigest()[:24],
        "object": "price",
        "active": True,
        "billing_scheme": "per_unit",
        "currency": currency,
        "nickname": row["plan"],
        "recurring": {"interval": "month", "interval_count": 1, "usage_type": "licensed"},
        "type": "recurring",
        "unit_amount": amount,
        "unit_amount_decimal": None if amount is None else str(amount),
    }
    item = {
        "id": row["remote_id"].replace("sub_", "si_"),
        "object": "subscription_item",
        "price": price,
        "quantity": 1,
        "subscription": row["remote_id"],
    }
    asked_to_end = epoch(row["cancel_requested_at"])
    reason = "cancellation_requested" if asked_to_end else "payment_failed" if ended else None
    return {
        "id": row["remote_id"],
        "object": "subscription",
        "customer": row["identity_remote_id"],
        "cancel_at": None,
        "cancel_at_period_end": bool(asked_to_end and not ended),
        "canceled_at": asked_to_end or ended,
        "cancellation_details": {"comment": None, "feedback": None, "reason": reason},
        "created": epoch(row["started_at"]),
        "currency": currency,
        "current_period_end": epoch(row["renewal_at"]),
        "ended_at": ended,
        "items": {"object": "list", "data": [item], "has_more": False},
        "livemode": False,
        "metadata": {},
        "start_date": epoch(row["started_at"]),
        "status": "canceled" if ended else STATUS.get(row["status"], row["status"]),
        "trial_end": None,
    }


def charge(row: Row) -> Row:
    """One order's payment."""
    amount = minor(row["amount"], row["currency"]) or 0
    failed, refunded = row["status"] == "failed", row["status"] == "refunded"
    return {
        "id": row["remote_id"],
        "object": "charge",
        "amount": amount,
        "amount_captured": 0 if failed else amount,
        "amount_refunded": amount if refunded else 0,
        "captured": not failed,
        "created": epoch(row["ordered_at"]),
        "currency": row["currency"].lower(),
        "customer": row["identity_remote_id"],
        "description": None,
        "disputed": False,
        "failure_code": "card_declined" if failed else None,
        "failure_message": "Your card was declined." if failed else None,
        "invoice": None,
        "livemode": False,
        "metadata": {},
        "paid": not failed,
        "refunded": refunded,
        "status": "failed" if failed else "succeeded",
    }


def objects(world: Path) -> dict[str, Objects]:
    """Every object by list name and id, newest first, as Stripe lists them."""
    found = {
        "customers": customers(world),
        "subscriptions": {
            row["remote_id"]: subscription(row) for row in rows(world, "subscriptions")
        },
        "charges": {row["remote_id"]: charge(row) for row in rows(world, "orders")},
    }
    return {name: dict(sorted(each.items(), key=_newest)) for name, each in found.items()}


def _newest(item: tuple[str, Row]) -> tuple[int, str]:
    return -int(item[1].get("created") or 0), item[0]


def events(world: Path, found: dict[str, Objects], days: int = 30) -> Objects:
    """The event feed: every object's last change within `days` of the newest one."""
    moments: list[tuple[int, str, Row]] = []

    def add(moment: Any, kind: str, about: Row) -> None:
        if moment is not None:
            moments.append((int(moment), kind, about))

    for row in of_system(world, "identities", "stripe"):
        about = found["customers"][row["remote_id"]]
        kind = "deleted" if about.get("deleted") else "updated"
        add(epoch(row["updated_at"] or row["created_at"]), f"customer.{kind}", about)
    for about in found["subscriptions"].values():
        kind = "deleted" if about["ended_at"] else "updated"
        moment = about["ended_at"] or about["canceled_at"] or about["created"]
        add(moment, f"customer.subscription.{kind}", about)
    for about in found["charges"].values():
        kind = {"failed": "failed"}.get(about["status"], "succeeded")
        add(about["created"], "charge.refunded" if about["refunded"] else f"charge.{kind}", about)
    oldest = max((moment for moment, _, _ in moments), default=0) - days * 86400
    kept = [each for each in moments if each[0] >= oldest]
    feed = {}
    for moment, kind, about in sorted(kept, key=lambda each: (-each[0], each[1], each[2]["id"])):
        digest = md5(f"{moment}{kind}{about}".encode(), usedforsecurity=False).hexdigest()[:24]
        feed[f"evt_{digest}"] = {
            "id": f"evt_{digest}",
            "object": "event",
            "api_version": "2024-06-20",
            "created": moment,
            "data": {"object": about},
            "livemode": False,
            "pending_webhooks": 0,
            "request": {"id": None, "idempotency_key": None},
            "type": kind,
        }
    return feed
