"""Who writes or calls when, on which channel, about what, and in what mood: the list of contacts.

Ordinary demand follows the person's days with Fernhill and a calendar (week, season, holidays);
on top come the outage, the paths of fates, and follow-ups about the same matter.
"""

from bisect import bisect
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

from sample.generator.draw import Weighted, stream
from sample.generator.fates import TOPICS_OF_REASON, Fate
from sample.generator.identities import Identities, Identity
from sample.generator.people import Person
from sample.generator.sizes import DAY, END_S, HOUR, START, START_S, Size

# channel → (system that carries it, weight among the channels a person has)
CHANNELS = {
    "ticket": ("zendesk", 23),
    "email": ("zendesk", 11),
    "social": ("zendesk", 5),
    "chat": ("intercom", 24),
    "chatbot": ("intercom", 25),
    "phone": ("twilio", 22),
    "mailbox": ("email", 22),
}
TOPICS = {
    "shipping_delivery": 17, "how_to": 13, "billing_payment": 11, "order_change": 10,
    "technical_problem": 10, "refund_return": 9, "account_access": 6, "pricing_plan": 5,
    "sales_upgrade": 4, "cancellation": 3, "feature_request": 3, "praise": 3.5,
    "service_complaint": 3, "privacy_security": 1.5, "outage": 0.2, "other": 3,
}  # fmt: skip
# Chance that an ordinary contact about a topic is in a bad mood.
SOUR = {
    "service_complaint": 0.95, "refund_return": 0.42, "shipping_delivery": 0.40, "outage": 0.62,
    "billing_payment": 0.38, "technical_problem": 0.38, "cancellation": 0.35,
    "account_access": 0.25, "privacy_security": 0.25, "order_change": 0.12, "pricing_plan": 0.15,
    "how_to": 0.07, "feature_request": 0.06, "sales_upgrade": 0.02, "praise": 0.0, "other": 0.1,
}  # fmt: skip
# The app and its checkout were down: a Tuesday morning to Wednesday night.
OUTAGE = (
    int(datetime.fromisoformat("2026-03-17T06:00:00+00:00").timestamp()),
    int(datetime.fromisoformat("2026-03-18T22:00:00+00:00").timestamp()),
)
WEEKDAYS = (1.28, 1.15, 1.08, 1.02, 0.98, 0.62, 0.55)
MONTHS = (0.85, 0.9, 1.1, 1.25, 1.3, 1.15, 1.0, 0.95, 0.95, 0.9, 1.0, 1.2)
HOURS = (1, 0.6, 0.4, 0.3, 0.4, 1, 2, 4, 7, 9, 10, 9.5, 8.5, 8, 8, 8, 7.5, 7.5, 7.5, 7, 6, 5, 3, 2)


@dataclass(slots=True)
class Contact:
    """One reason to get in touch. `stress` 0…1 is the person's path, `mood` what it sounds like."""

    at: int
    identity: Identity
    channel: str
    topic: str
    mood: str
    stress: float
    wants_out: bool = False
    repeats: bool = False  # about the same matter as a contact some days before
    duplicates: bool = False  # the same request sent twice within the hour


class Demand:
    """Draws all contacts of a world, sorted by time."""

    def __init__(
        self, people: list[Person], identities: Identities, fates: dict[str, Fate], size: Size,
        seed: int,
    ) -> None:  # fmt: skip
        self.rng = stream(seed, "demand")
        self.identities, self.fates = identities, fates
        self.contacts: list[Contact] = []
        self.topics, self.hours = Weighted(TOPICS), Weighted(dict(enumerate(HOURS)))
        self.zones = {p.time_zone: ZoneInfo(p.time_zone) for p in people}
        self.channels = {p.person_id: self._channels_of(p) for p in people}
        weights = []
        for n in range((END_S - START_S) // DAY):
            day = START + timedelta(days=n)
            growth = 1 + 0.3 * n / 396
            weights.append(WEEKDAYS[day.weekday()] * MONTHS[day.month - 1] * growth)
        self.by_day = [0.0, *accumulate(weights)]

        customers = [p for p in people if not p.is_spammer]
        for fate in fates.values():
            self._path(fate)
        self._outage(customers, size)
        for person in people:
            if person.is_spammer:
                for _ in range(self.rng.randint(2, 6)):
                    self._add(person, self._time(person, START_S, END_S), "other", "neutral", 0)
        self._everyday(customers, size.conversations)
        self.contacts.sort(key=lambda c: (c.at, c.identity.remote_id))

    def _everyday(self, customers: list[Person], target: int) -> None:
        rng = self.rng
        spans = []
        for person in customers:
            fate = self.fates.get(person.person_id)
            last = min(fate.leaves_at if fate and fate.leaves_at else END_S, END_S)
            spans.append((max(person.joined + 2 * DAY, START_S), last))
        chattiness = [rng.gammavariate(1.3, 1.0) * max(0.0, self._share(a, b)) for a, b in spans]
        picks = list(accumulate(chattiness))
        while len(self.contacts) < target:
            i = rng.choices(range(len(customers)), cum_weights=picks)[0]
            person, (first, last) = customers[i], spans[i]
            at = self._time(person, first, last)
            topic = self.topics.draw(rng)
            fate = self.fates.get(person.person_id)
            if topic == "cancellation" and not (fate and fate.leaves_at) and rng.random() < 0.5:
                topic = "how_to"
            self._add(person, at, topic, self._mood(topic, 0.0), fate.stress(at) if fate else 0.0)
            if rng.random() < 0.10:
                self._repeat(self.contacts[-1])

    def _path(self, fate: Fate) -> None:
        """Contacts that thicken and sour towards the peak; the last ones speak of leaving."""
        rng, person = self.rng, fate.person
        if not fate.is_warned:
            if fate.cancel_at and fate.cancel_at < END_S and rng.random() < 0.4:
                self._add(person, fate.cancel_at, "cancellation", "neutral", 0.0, wants_out=True)
            return
        topics = TOPICS_OF_REASON[fate.reason]
        end = min(fate.peaks - DAY, END_S)
        count = rng.randint(3, 7) if fate.leaves_at else rng.randint(3, 6)
        for _ in range(count):
            # sqrt of a uniform draw: the second half of the path has three of four contacts
            at = int(fate.begins + rng.random() ** 0.6 * (fate.peaks - DAY - fate.begins))
            if START_S <= at < end:
                stress = fate.stress(at)
                topic = rng.choice(topics)
                if stress > 0.7 and rng.random() < 0.3:
                    topic = "service_complaint"
                wants_out = bool(fate.leaves_at) and rng.random() < max(0.0, stress - 0.35)
                mood = "negative" if rng.random() < 0.35 + 0.5 * stress else "neutral"
                self._add(person, self._waking(person, at), topic, mood, stress, wants_out)
        if fate.cancel_at and START_S <= fate.cancel_at < END_S and rng.random() < 0.75:
            mood = "negative" if rng.random() < 0.7 else "neutral"
            self._add(person, fate.cancel_at, "cancellation", mood, 1.0, wants_out=True)

    def _outage(self, customers: list[Person], size: Size) -> None:
        first, last = OUTAGE
        there = [p for p in customers if p.joined < first and self._may_write(p, first)]
        for person in self.rng.sample(there, min(len(there), 8 + size.conversations // 55)):
            at = int(first + (last - first) * self.rng.betavariate(1.4, 2.2))
            self._add(person, at, "outage", self._mood("outage", 0.0), 0.0)

    def _repeat(self, before: Contact) -> None:
        rng, person = self.rng, before.identity.person
        if rng.random() < 0.12 and before.identity.system == "zendesk":
            twice = Contact(
                before.at + rng.randint(120, HOUR), before.identity, before.channel, before.topic,
                before.mood, before.stress, duplicates=True,
            )  # fmt: skip
            if twice.at < END_S:
                self.contacts.append(twice)
            return
        at = self._waking(person, before.at + int(rng.uniform(1, 6) * DAY))
        if self._may_write(person, at):
            mood = "negative" if rng.random() < 0.6 else before.mood
            self._add(person, at, before.topic, mood, before.stress, repeats=True)

    def _may_write(self, person: Person, at: int) -> bool:
        fate = self.fates.get(person.person_id)
        return at < END_S and not (fate and fate.leaves_at and at >= fate.leaves_at)

    def _add(
        self, person: Person, at: int, topic: str, mood: str, stress: float,
        wants_out: bool = False, repeats: bool = False,
    ) -> None:  # fmt: skip
        if not START_S <= at < END_S:
            return
        channels = self.channels[person.person_id]
        channel = channels.draw(self.rng)
        identity = self.identities.pick(self.rng, person, CHANNELS[channel][0])
        at = max(at, identity.created_at + 60)
        if topic == "praise" and channel == "chatbot":
            channel = "chat"
        if channel == "phone" and at > END_S - 2 * HOUR:
            return  # a call has no half: one that could outlast AS_OF is left out
        if at < END_S:
            self.contacts.append(
                Contact(at, identity, channel, topic, mood, stress, wants_out, repeats)
            )

    def _channels_of(self, person: Person) -> Weighted:
        has = {
            channel: weight
            for channel, (system, weight) in CHANNELS.items()
            if self.identities.has(person, system)
        }
        return Weighted({"email": 1} if person.is_spammer else has)

    def _mood(self, topic: str, stress: float) -> str:
        draw = self.rng.random()
        sour = min(0.97, SOUR[topic] + 0.5 * stress)
        if draw < sour:
            return "negative"
        return "positive" if topic == "praise" or draw > 0.93 else "neutral"

    def _share(self, first: int, last: int) -> float:
        return self.by_day[self._day(last)] - self.by_day[self._day(first)]

    def _day(self, at: int) -> int:
        return min(max((at - START_S) // DAY, 0), len(self.by_day) - 1)

    def _time(self, person: Person, first: int, last: int) -> int:
        """A moment of the person's waking day between two instants, by the calendar's weights."""
        low, high = self.by_day[self._day(first)], self.by_day[self._day(last)]
        day = bisect(self.by_day, self.rng.uniform(low, high)) - 1
        at = self._waking(person, START_S + day * DAY)
        return min(max(at, first), last - 1)

    def _waking(self, person: Person, at: int) -> int:
        """The same UTC day at an hour at which this person would write."""
        local = datetime.fromtimestamp(at // DAY * DAY + 12 * HOUR, self.zones[person.time_zone])
        offset = local.utcoffset() or timedelta()
        hour: int = self.hours.draw(self.rng)
        return int(
            at // DAY * DAY + hour * HOUR + self.rng.randint(0, 3599) - offset.total_seconds()
        )
