"""Subscriptions and charges of everyone with a payment record."""

import random

from sample.generator.draw import Weighted, stream, text_id
from sample.generator.fates import Fate
from sample.generator.identities import Identities, Identity
from sample.generator.people import Person
from sample.generator.sizes import DAY, END_S, HOUR, START_S
from sample.generator.tables import World

MONTH = int(30.4375 * DAY)
# Plan → monthly price in the customer's currency; offices pay by size.
PLANS = {"Seedling Box": 14.9, "Leafy Box": 24.9, "Jungle Box": 39.9}
PLAN = Weighted({"Seedling Box": 45, "Leafy Box": 38, "Jungle Box": 17})
OFFICE_PRICES = (89.0, 149.0, 249.0, 490.0)


def write_billing(
    people: list[Person], identities: Identities, fates: dict[str, Fate], seed: int, world: World
) -> None:
    """Write `subscriptions` and `orders`. Churners have a subscription; some others only shop."""
    rng = stream(seed, "billing")
    for person in people:
        if not identities.has(person, "stripe"):
            continue
        payer = identities.of[person.person_id]["stripe"][0]
        fate = fates.get(person.person_id)
        leaves = fate is not None and fate.leaves_at is not None
        if leaves or rng.random() < 0.86:
            _subscription(rng, payer, fate if leaves else None, world)
        if rng.random() < 0.45:
            _shopping(rng, payer, fate, world)


def _subscription(rng: random.Random, payer: Identity, fate: Fate | None, world: World) -> None:
    person = payer.person
    if person.company:
        plan, price = "Office Greens", rng.choice(OFFICE_PRICES)
    else:
        plan = PLAN.draw(rng)
        price = PLANS[plan]
    started = payer.created_at + rng.randint(0, 72) * HOUR
    leaves_at = fate.leaves_at if fate else None
    ended = leaves_at if leaves_at is not None and leaves_at < END_S else None
    cancel = fate.cancel_at if fate and fate.cancel_at and fate.cancel_at < END_S else None
    last = ended or END_S
    period = 12 * MONTH if rng.random() < 0.12 else MONTH
    renewal = started + period * (max(0, last - started) // period + 1)
    trouble = fate is not None and fate.reason == "card_failed"
    past_due = False
    due = started
    while due < min(last, END_S):
        if due >= START_S - 2 * MONTH:
            near_end = trouble and leaves_at is not None and leaves_at - due < 2 * MONTH
            status = "failed" if rng.random() < (0.8 if near_end else 0.022) else "paid"
            if status == "paid" and rng.random() < 0.015:
                status = "refunded"
            past_due = status == "failed"
            amount = round(price * period / MONTH, 2)
            _charge(rng, payer, due, amount, status, world)
            if status == "failed" and due + 3 * DAY < min(last, END_S) and rng.random() < 0.75:
                past_due = trouble and near_end
                retried = "failed" if past_due else "paid"
                _charge(rng, payer, due + 3 * DAY, amount, retried, world)
        due += period
    status = "canceled" if ended else "past_due" if past_due else "active"
    world.subscriptions.add(
        f"sub_{text_id(rng, 14)}", payer.remote_id, person.person_id, started, ended, cancel,
        renewal, plan, price, person.currency, status,
    )  # fmt: skip


def _shopping(rng: random.Random, payer: Identity, fate: Fate | None, world: World) -> None:
    """One-off orders at a personal rhythm; they dry up on the way out."""
    gap = rng.choice((20, 35, 60, 90))
    at = max(payer.created_at, START_S - 60 * DAY) + rng.randint(0, gap) * DAY
    while at < END_S:
        if fate and fate.leaves_at and at > fate.leaves_at - 20 * DAY:
            return
        amount = round(min(rng.lognormvariate(3.5, 0.6), 400.0), 2)
        status = "refunded" if rng.random() < 0.04 else "paid"
        _charge(rng, payer, at, amount, status, world)
        at += int(gap * rng.uniform(0.5, 1.6) * DAY)


def _charge(
    rng: random.Random, payer: Identity, at: int, amount: float, status: str, world: World
) -> None:
    at += rng.randint(0, 6 * HOUR)
    if at < END_S:
        world.orders.add(
            f"ch_{text_id(rng, 24)}", payer.remote_id, payer.person.person_id, at, amount,
            payer.person.currency, status,
        )  # fmt: skip
