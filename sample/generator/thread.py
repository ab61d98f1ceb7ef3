"""One conversation being written down: messages, events and status in order, cut at AS_OF."""

from itertools import count

from sample.generator.agents import Agent, Desks
from sample.generator.demand import Contact
from sample.generator.draw import hex_id, stream
from sample.generator.sizes import END_S
from sample.generator.tables import World
from sample.generator.writer import Said, Writer


class Floor:
    """What all conversations share: the desks, the writer, the tables and the vendors' counters."""

    def __init__(self, desks: Desks, writer: Writer, world: World, seed: int) -> None:
        self.desks, self.writer, self.world = desks, writer, world
        self.rng = stream(seed, "conversations")
        self.ids = stream(seed, "conversation-ids")
        self._tickets = count(10_001)
        self._comments = count(18_400_000_000_003, 7)
        self._chats = count(21_500_000_000_041, 13)
        self._parts = count(9_100_000_001, 3)

    def conversation_id(self, system: str) -> str:
        if system == "zendesk":
            return str(next(self._tickets))
        return str(next(self._chats)) if system == "intercom" else f"CA{hex_id(self.ids, 32)}"

    def entry_id(self, system: str) -> str:
        """Id of a message or event; for e-mail the Message-ID without its brackets."""
        if system == "zendesk":
            return str(next(self._comments))
        if system == "intercom":
            return str(next(self._parts))
        return f"{hex_id(self.ids, 20)}@mail.fernhill.example"


class Thread:
    """A conversation of one contact. Times never run backwards; nothing is written after AS_OF."""

    def __init__(self, floor: Floor, contact: Contact, system: str, channel: str) -> None:
        self.floor, self.contact, self.system, self.channel = floor, contact, system, channel
        self.remote_id = "" if system == "email" else floor.conversation_id(system)
        self.facts = floor.writer.facts(contact)
        self.last = contact.at
        self.status: str | None = None
        self.priority: str | None = None
        self.team: str | None = None
        self.agent: Agent | None = None
        self.subject: str | None = None
        self.tags: list[str] = []
        self.is_spam = False
        self.deleted_at: int | None = None
        self.merged_into: str | None = None
        self.resolution: str | None = None
        self.brand: str | None = None
        # for surveys: what the customer went through
        self.agent_replies = self.reopens = self.transfers = 0
        self.first_reply_at: int | None = None
        self.done_at: int | None = None

    def _now(self, at: int) -> int | None:
        """The time to write at, or None past AS_OF."""
        at = max(at, self.last)
        if at >= END_S:
            return None
        self.last = at
        return at

    def says(self, at: int, said: Said) -> bool:
        """The customer writes; the truth of it goes to truth.messages."""
        entry = self._message(at, "customer", None, True, said.body)
        if entry:
            self.floor.world.truth["messages"].add(self.system, entry, *said.tags)
        return bool(entry)

    def replies(self, at: int, agent: Agent, body: str, is_public: bool = True) -> bool:
        author = "bot" if agent.role == "bot" else "agent"
        if not self._message(at, author, agent.agent_id, is_public, body):
            return False
        if is_public and author == "agent":
            self.agent_replies += 1
            self.first_reply_at = self.first_reply_at or self.last
        return True

    def notice(self, at: int, body: str) -> None:
        """An automatic acknowledgement: nobody's words."""
        self._message(at, "system", None, True, body)

    def _message(
        self, at: int, author: str, agent_id: str | None, is_public: bool, body: str
    ) -> str | None:
        now = self._now(at)
        if now is None:
            return None
        entry = self.floor.entry_id(self.system)
        self.remote_id = self.remote_id or entry
        self.floor.world.messages.add(
            self.system, self.remote_id, entry, now, author, agent_id, is_public, body
        )
        return entry

    def event(
        self, at: int, kind: str, old: str | None, new: str | None, actor: Agent | str
    ) -> bool:
        """Note a change; `actor` is an agent, or "customer" / "system"."""
        now = self._now(at)
        if now is None or self.system == "email":
            return False
        actor_type = actor if isinstance(actor, str) else actor.role
        agent_id = None if isinstance(actor, str) else actor.agent_id
        self.floor.world.events.add(
            self.system, self.remote_id, self.floor.entry_id(self.system), now, kind, old, new,
            actor_type, agent_id,
        )  # fmt: skip
        return True

    def becomes(self, at: int, status: str, actor: Agent | str) -> bool:
        """Change of status; remembers when it was first and last done, and reopenings."""
        if status == self.status or not self.event(at, "status", self.status, status, actor):
            return False
        if self.status in ("solved", "closed") and status == "open":
            self.reopens += 1
        if status in ("solved", "closed"):
            self.done_at = self.done_at or self.last
        self.status = status
        return True

    def goes_to(self, at: int, team: str | None, agent: Agent, actor: Agent | str) -> bool:
        """Assign to a team and agent; the bot has no team, so a handover is no transfer."""
        if team != self.team:
            if not self.event(at, "team", self.team, team, actor):
                return False
            self.transfers += self.team is not None
            self.team = team
        if agent is not self.agent:
            old = self.agent.agent_id if self.agent else None
            if not self.event(at, "assignee", old, agent.agent_id, actor):
                return False
            self.agent = agent
        return True

    def finish(self) -> None:
        """Write the conversation's own row, as it stands at AS_OF."""
        c = self.contact
        self.floor.world.conversations.add(
            self.system, self.remote_id, self.channel, c.identity.remote_id,
            c.identity.person.person_id, self.subject, c.at, self.last, self.status or "new",
            self.priority, self.team, self.agent.agent_id if self.agent else None, self.brand,
            self.tags, self.is_spam, self.deleted_at, self.merged_into, self.resolution,
        )  # fmt: skip
        self.floor.world.truth["conversations"].add(self.system, self.remote_id, c.topic)

    def write(self, kind: str) -> Said:
        """The customer's next words, in this conversation's topic, mood and channel."""
        return self.floor.writer.customer(self.contact, self.facts, kind, self.channel)
