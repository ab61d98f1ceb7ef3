"""Who leaves, when and why, and what the weeks before look like. Only truth knows all of it."""

import random
from dataclasses import dataclass

from sample.generator.draw import Weighted, stream
from sample.generator.identities import Identities
from sample.generator.people import Person
from sample.generator.sizes import DAY, END_S, START_S
from sample.generator.tables import World

# Why people leave: with warning (they tell support first) or without.
WARNED = Weighted(
    {
        "late_or_damaged_deliveries": 30,
        "app_and_device_problems": 24,
        "billing_mistakes": 16,
        "poor_service": 18,
        "price": 12,
    }
)
SILENT = Weighted({"moved_away": 30, "no_longer_needed": 30, "competitor": 25, "card_failed": 15})
TOPICS_OF_REASON: dict[str, list[str]] = {
    "late_or_damaged_deliveries": ["shipping_delivery", "shipping_delivery", "refund_return"],
    "app_and_device_problems": ["technical_problem", "technical_problem", "account_access"],
    "billing_mistakes": ["billing_payment", "billing_payment", "refund_return"],
    "poor_service": ["service_complaint", "order_change", "shipping_delivery"],
    "price": ["pricing_plan", "billing_payment", "pricing_plan"],
}


@dataclass(slots=True)
class Fate:
    """A stretch of trouble. `leaves_at` is None for grumblers, who stay.

    begins, peaks: seconds; contacts thicken and sour from one to the other.
    """

    person: Person
    reason: str
    begins: int
    peaks: int
    leaves_at: int | None
    cancel_at: int | None

    def stress(self, at: int) -> float:
        """0 (calm) … 1 (about to leave) at an instant."""
        if at < self.begins or self.peaks <= self.begins:
            return 0.0
        if at > self.peaks:  # grumblers calm down again over a month
            past = 0.0 if self.leaves_at else 1 - (at - self.peaks) / (30 * DAY)
            return max(0.0, past) * self._top
        return self._top * (0.25 + 0.75 * (at - self.begins) / (self.peaks - self.begins))

    @property
    def _top(self) -> float:
        return 1.0 if self.leaves_at else 0.75

    @property
    def is_warned(self) -> bool:
        return self.peaks > self.begins


# Of payers: share that leaves in a month (30.4 days), and of those, who warns first.
LEAVE_A_MONTH = 0.017
WARN_FIRST = 0.72
GRUMBLERS = 0.10


def draw_fates(
    people: list[Person], identities: Identities, seed: int, world: World
) -> dict[str, Fate]:
    """Fates by person id (absent = uneventful); writes `truth.churn`.

    Leaving dates reach 60 days past AS_OF: those customers are on their path and still here.
    """
    rng = stream(seed, "fates")
    fates: dict[str, Fate] = {}
    for person in people:
        if person.is_spammer or not identities.has(person, "stripe"):
            continue
        months = (END_S + 60 * DAY - max(START_S, person.joined + 45 * DAY)) / (30.4 * DAY)
        # In their last weeks before AS_OF more are on the path, so that there is someone to save.
        if months > 0 and rng.random() < 1 - (1 - LEAVE_A_MONTH) ** months:
            first = max(START_S, person.joined + 45 * DAY)
            fates[person.person_id] = _leaver(rng, person, rng.randint(first, END_S + 60 * DAY))
        elif rng.random() < GRUMBLERS and person.joined < END_S - 40 * DAY:
            peak = rng.randint(max(START_S, person.joined) + 25 * DAY, END_S + 10 * DAY)
            begins = peak - rng.randint(20, 50) * DAY
            fates[person.person_id] = Fate(person, WARNED.draw(rng), begins, peak, None, None)
    for fate in fates.values():
        if fate.leaves_at:
            world.truth["churn"].add(fate.person.person_id, fate.leaves_at, fate.reason)
    return fates


def _leaver(rng: random.Random, person: Person, leaves: int) -> Fate:
    if rng.random() < WARN_FIRST:
        length = rng.randint(28, 70) * DAY
        cancel = leaves - rng.randint(1, 16) * DAY
        return Fate(person, WARNED.draw(rng), leaves - length, leaves, leaves, cancel)
    reason = SILENT.draw(rng)
    # A failed card ends a subscription without anybody asking for it.
    cancel_or_none = None if reason == "card_failed" else leaves - rng.randint(0, 2) * DAY
    return Fate(person, reason, leaves, leaves, leaves, cancel_or_none)
