"""What customers answer when asked: CSAT in the help desks, CES and NPS by mailed survey.

A score follows what happened in the conversation (wait, reopening, transfer, agent) and the
person's path; a survey that nobody answered is a row without score.
"""

from itertools import count

from sample.generator.demand import Contact
from sample.generator.draw import delay, stream
from sample.generator.fates import Fate
from sample.generator.identities import Identities
from sample.generator.people import Person
from sample.generator.sizes import DAY, END_S, HOUR, START_S
from sample.generator.tables import World
from sample.generator.thread import Thread
from sample.generator.writer import Writer

SPEEDY = {"chat": 5 * 60, "chatbot": 5 * 60, "phone": 60}  # seconds; others: an hour


class Surveys:
    """Writes `surveys`. Sent rows without an answer are part of the response rate."""

    def __init__(self, identities: Identities, writer: Writer, world: World, seed: int) -> None:
        self.rng = stream(seed, "surveys")
        self.identities, self.writer, self.world = identities, writer, world
        self._ratings = count(62_000_000_011, 17)
        self._responses = count(880_001)

    def after(self, t: Thread) -> None:
        """Ask about a finished conversation, as its system does."""
        rng = self.rng
        if t.done_at is None or t.is_spam or t.merged_into or t.deleted_at:
            return
        if t.system == "zendesk" and t.agent_replies and rng.random() < 0.7:
            good = self._joy(t) > 0.42
            score = float(good)
            self._write("zendesk", "csat", t, t.done_at + DAY, 0.27, score, 0.0, 1.0)
        elif t.system == "intercom" and rng.random() < (0.75 if t.agent_replies else 0.4):
            score = float(min(5, max(1, round(1.5 + 4.1 * self._joy(t)))))
            self._write("intercom", "csat", t, t.done_at + 20, 0.33, score, 1.0, 5.0)
        elif self.identities.has(t.contact.identity.person, "survey") and rng.random() < 0.5:
            score = float(min(7, max(1, round(1.6 + 6.0 * self._joy(t)))))
            self._write("survey", "ces", t, t.done_at + 2 * HOUR, 0.24, score, 1.0, 7.0)

    def relationship(self, people: list[Person], fates: dict[str, Fate]) -> None:
        """The quarterly NPS question, to everyone known to the survey tool."""
        rng = self.rng
        for person in people:
            if not self.identities.has(person, "survey"):
                continue
            identity = self.identities.of[person.person_id]["survey"][0]
            fate = fates.get(person.person_id)
            warmth = rng.gauss(0.80, 0.16)
            at = START_S + rng.randint(5, 90) * DAY + rng.randint(8, 17) * HOUR
            while at < END_S and not (fate and fate.leaves_at and at > fate.leaves_at):
                if at > person.joined + 30 * DAY:
                    stress = fate.stress(at) if fate else 0.0
                    joy = min(max(warmth + rng.gauss(0, 0.1) - 0.6 * stress, 0.0), 1.0)
                    score = float(min(10, round(0.6 + 10.2 * joy)))
                    self._row(
                        "survey", "nps", at, 0.30, score, 0.0, 10.0, identity.remote_id, person,
                        None, person.language, 0.4 if joy < 0.55 else 0.25,
                    )  # fmt: skip
                at += 91 * DAY

    def _joy(self, t: Thread) -> float:
        """0 … 1, how well this went for the customer."""
        rng, c = self.rng, t.contact
        joy = rng.gauss(0.85, 0.17)
        if t.first_reply_at:
            late = (t.first_reply_at - c.at) / SPEEDY.get(t.channel, HOUR)
            joy -= 0.04 * min(max(late - 1, 0) ** 0.5, 4)
        joy -= 0.14 * min(t.reopens, 2) + 0.05 * t.transfers + 0.34 * c.stress
        joy -= 0.10 if c.mood == "negative" else -0.04
        joy -= 0.08 if c.repeats else 0.0
        if t.agent:
            joy += 0.15 * (t.agent.skill - 1)
        return min(max(joy, 0.0), 1.0)

    def _write(
        self, origin: str, kind: str, t: Thread, sent: int, rate: float, score: float,
        low: float, high: float,
    ) -> None:  # fmt: skip
        person = t.contact.identity.person
        remote = t.contact.identity.remote_id
        if origin == "survey":
            remote = self.identities.of[person.person_id]["survey"][0].remote_id
        bad = (score - low) / (high - low) < 0.5
        self._row(
            origin, kind, sent, rate * (1.3 if bad else 1.0), score, low, high, remote, person, t,
            person.language, 0.5 if bad else 0.2,
        )  # fmt: skip

    def _row(
        self, origin: str, kind: str, sent: int, rate: float, score: float, low: float,
        high: float, identity: str, person: Person, t: Thread | None, language: str, talks: float,
    ) -> None:  # fmt: skip
        rng = self.rng
        if sent >= END_S:
            return
        responded: int | None = sent + int(delay(rng, 3 if origin == "intercom" else 300, 1.2))
        comment = None
        if rng.random() > rate or (responded or 0) >= END_S:
            responded = None
        elif rng.random() < talks:
            comment = self._comment(
                (score - low) / (high - low), t.contact if t else None, language
            )
        number = next(self._responses if origin == "survey" else self._ratings)
        self.world.surveys.add(
            f"resp_{number}" if origin == "survey" else str(number),
            origin, kind, score if responded else None, low, high, sent, responded,
            t.system if t else None, t.remote_id if t else None, identity, person.person_id,
            t.agent.agent_id if t and t.agent else None, comment,
        )  # fmt: skip

    def _comment(self, share: float, contact: Contact | None, language: str) -> str:
        band = "low" if share < 0.5 else "high" if share > 0.8 else "middle"
        return self.writer.comment(band, contact.topic if contact else None, language)
