"""Puts words into mouths: picks from the banks in texts/, fills the slots, tells the truth of it.

Every customer text is an opener, the matter itself, perhaps a detail, an aside that carries an
intent (leaving, complaint, refund, a manager, please) and a closer; which of them appear depends
on the channel. Asides set the truth tags, so a tag is always grounded in words of the text.
"""

from typing import Any, NamedTuple

from sample.generator.agents import Agent
from sample.generator.demand import TOPICS, Contact
from sample.generator.draw import read_yaml, stream
from sample.generator.sizes import DAY, HOUR
from sample.generator.slips import slip


class Tags(NamedTuple):
    """Truth about one customer text."""

    sentiment: str
    topic: str
    churn_intent: bool = False
    complaint: bool = False
    escalation_request: bool = False
    refund_request: bool = False


class Said(NamedTuple):
    body: str
    tags: Tags


Facts = dict[str, str]
SHORT = {"chat", "chatbot", "social", "phone"}
SYMBOLS = {"USD": "${}", "GBP": "£{}", "EUR": "{} €"}


class Writer:
    """Draws texts; one random stream, so the same world always says the same words."""

    def __init__(self, seed: int) -> None:
        self.rng = stream(seed, "texts")
        self.phrases: dict[str, Any] = read_yaml("phrases")
        self.topics: dict[str, Any] = {topic: read_yaml(f"topics/{topic}") for topic in TOPICS}
        self.foreign: dict[str, Any] = {code: read_yaml(code) for code in ("de", "es")}
        self.slots: dict[str, list[str]] = read_yaml("slots")

    def facts(self, contact: Contact) -> Facts:
        """The particulars of one matter, the same in every message about it."""
        rng, person = self.rng, contact.identity.person
        facts = {slot: rng.choice(values) for slot, values in self.slots.items()}
        amount = f"{rng.choice((9.9, 14.9, 24.9, 29.0, 39.9, 49.8, 89.0)):.2f}"
        facts |= {
            "order": str(rng.randint(410_000, 989_999)),
            "amount": SYMBOLS[person.currency].format(amount),
            "days": str(rng.randint(2, 12)),
            "count": str(rng.choice((2, 2, 3, 3, 4, 5))),
            "name": person.given_name,
            "email": person.email,
            "town": person.time_zone.rpartition("/")[2].replace("_", " "),
        }
        return facts

    def customer(self, contact: Contact, facts: Facts, kind: str, channel: str) -> Said:
        """The customer's next words.

        kind: open (the matter itself), answer (to a question), chase (no reply yet), insist (not
        solved), again (it came back), thanks.
        """
        language = contact.identity.person.language
        if language in self.foreign and self.rng.random() < 0.45:
            return self._foreign(contact, facts, kind, self.foreign[language])
        if kind == "open":
            return self._matter(contact, facts, channel)
        rng, sentiment = self.rng, self.phrases["sentiment_of"][kind]
        bank = self.phrases[kind]
        if kind in ("answer", "again", "insist") and rng.random() < 0.5:
            bank = self.topics[contact.topic].get(kind, bank)
        text = rng.choice(bank)
        if kind == "thanks":
            text = f"{text} {rng.choice(self.phrases['thanks_tail'])}"
        elif rng.random() < 0.55 and channel not in SHORT:
            text = f"{text} {rng.choice(self.topics[contact.topic]['details'])}"
        flags: dict[str, bool] = {}
        if kind in ("chase", "insist", "again"):
            text, flags = self._asides(text, contact, "negative")
            if flags:
                sentiment = "negative"
        return self._done(text, facts, Tags(sentiment, contact.topic, **flags))

    def _matter(self, contact: Contact, facts: Facts, channel: str) -> Said:
        rng, topic, mood = self.rng, self.topics[contact.topic], contact.mood
        if mood not in topic:
            mood = "neutral" if "neutral" in topic else next(m for m in MOODS if m in topic)
        text = rng.choice(topic[mood])
        own = {flag: True for flag, moods in topic.get("flags", {}).items() if mood in moods}
        if contact.repeats:
            text = f"{rng.choice(self.phrases['repeat'])} {text}"
        if rng.random() < (0.3 if channel in SHORT else 0.65):
            text = f"{text} {rng.choice(topic['details'])}"
        if mood == "negative" and rng.random() < 0.5:
            text = f"{text} {rng.choice(self.phrases['upset'])}"
        text, asides = self._asides(text, contact, mood)
        if contact.wants_out and "churn_intent" not in asides and not own.get("churn_intent"):
            text = f"{text} {rng.choice(self.phrases['aside']['churn_intent'])}"
            asides["churn_intent"] = True
        if channel == "social":
            text = f"@fernhill {text}" if rng.random() < 0.7 else f"{text} #fernhill"
        elif channel not in SHORT or rng.random() < 0.35:
            text = f"{rng.choice(self.phrases['opener'])} {text}"
        if channel not in SHORT:
            text = f"{text}\n\n{rng.choice(self.phrases['closer'][mood])}\n{facts['name']}"
        return self._done(text, facts, Tags(mood, contact.topic, **(own | asides)))

    def _asides(self, text: str, contact: Contact, mood: str) -> tuple[str, dict[str, bool]]:
        """Add sentences that carry an intent; likelier the more a customer has been through."""
        rng, stress = self.rng, contact.stress
        flags: dict[str, bool] = {}
        if mood != "negative":
            return text, flags
        chances = {
            "complaint": 0.08 + 0.3 * stress,
            "escalation_request": 0.03 + 0.2 * stress,
            "refund_request": 0.12 if contact.topic in MONEY_BACK else 0.02,
            "churn_intent": 0.015 + (0.35 if contact.wants_out else 0.04 * stress),
        }
        for flag, chance in chances.items():
            if rng.random() < chance and len(flags) < 2:
                text = f"{text} {rng.choice(self.phrases['aside'][flag])}"
                flags[flag] = True
        return text, flags

    def _foreign(self, contact: Contact, facts: Facts, kind: str, bank: dict[str, Any]) -> Said:
        rng = self.rng
        if kind != "open":
            sentiment = self.phrases["sentiment_of"][kind]
            return self._done(rng.choice(bank[kind]), facts, Tags(sentiment, contact.topic))
        found = bank["topics"][contact.topic]
        mood = contact.mood if contact.mood in found else next(iter(found))
        text = f"{rng.choice(bank['opener'])} {rng.choice(found[mood])}"
        flags = {
            flag: True
            for flag, moods in self.topics[contact.topic].get("flags", {}).items()
            if mood in moods
        }
        if contact.wants_out and not flags.get("churn_intent"):
            text = f"{text} {rng.choice(bank['churn_intent'])}"
            flags["churn_intent"] = True
        text = f"{text} {rng.choice(bank['closer'])} {facts['name']}"
        return self._done(text, facts, Tags(mood, contact.topic, **flags))

    def _done(self, text: str, facts: Facts, tags: Tags) -> Said:
        body = text.strip().format_map(facts)
        return Said(slip(self.rng, body), tags)

    def subject(self, contact: Contact, facts: Facts) -> str:
        bank = self.topics[contact.topic]["subjects"]
        return self.rng.choice(bank).format_map(facts)  # type: ignore[no-any-return]

    def agent(self, contact: Contact, facts: Facts, kind: str, agent: Agent, short: bool) -> str:
        """An agent's words. kind: first, ask, wait (hold), solve, bye, note, sorry (reopened)."""
        rng, language = self.rng, contact.identity.person.language
        own = {"agent": agent.name.split()[0]}
        speaks = agent.team == "Care Europe" or rng.random() < 0.3
        if speaks and kind in self.foreign.get(language, {}).get("agent", {}):
            bank = self.foreign[language]["agent"][kind]
            return rng.choice(bank).format_map(facts | own)  # type: ignore[no-any-return]
        bank = self.topics[contact.topic].get(f"agent_{kind}") or self.phrases["agent"][kind]
        text = rng.choice(bank)
        if kind in ("note", "bye") or (short and kind != "first"):
            return text.format_map(facts | own)  # type: ignore[no-any-return]
        hello = rng.choice(self.phrases["agent"]["hello"])
        care = self.phrases["agent"]["empathy" if contact.mood == "negative" else "welcome"]
        parts = [hello, rng.choice(care) if kind == "first" else "", text]
        if not short:
            parts.append("\n\n" + rng.choice(self.phrases["agent"]["signature"]))
        return " ".join(p for p in parts if p).format_map(facts | own)

    def bot(self, contact: Contact, facts: Facts, kind: str) -> str:
        """The bot's words. kind: hello, answer, check, handoff, bye."""
        topic = self.topics[contact.topic]
        bank = topic["bot"] if kind == "answer" else self.phrases["bot"][kind]
        return self.rng.choice(bank).format_map(facts)  # type: ignore[no-any-return]

    def spam(self, contact: Contact, facts: Facts) -> Said:
        return Said(self.phrase("spam", facts), Tags("neutral", "other"))

    def comment(self, band: str, topic: str | None, language: str) -> str:
        """A survey comment for a low, middle or high score."""
        rng = self.rng
        if language in self.foreign and rng.random() < 0.5:
            return rng.choice(self.foreign[language]["comment"][band])  # type: ignore[no-any-return]
        text = rng.choice(self.phrases["comment"][band])
        if topic and rng.random() < 0.4:
            text = f"{text} {rng.choice(self.phrases['comment_about'])}".replace(
                "{topic}", topic.replace("_", " ")
            )
        return slip(rng, text)

    def phrase(self, kind: str, facts: Facts) -> str:
        """A text that depends on nothing: auto_reply, spam, survey comments by band."""
        return self.rng.choice(self.phrases[kind]).format_map(facts)  # type: ignore[no-any-return]


MOODS = ("neutral", "negative", "positive")
MONEY_BACK = {"billing_payment", "shipping_delivery", "refund_return", "technical_problem"}
PATIENCE = (20 * HOUR, 3 * DAY)  # after this long without a word, customers chase
