"""Intercom: live chat, and the bot with its contained conversations and handovers."""

from datetime import UTC, datetime

from sample.generator.agents import Agent
from sample.generator.demand import Contact
from sample.generator.draw import delay
from sample.generator.sizes import HOUR
from sample.generator.thread import Floor, Thread

CONTAINED = 0.6  # share of bot conversations that never reach a human
CONFIRMED = 0.45  # of those: the customer said that it helped; else Intercom assumes so


def write_chat(floor: Floor, contact: Contact) -> Thread:
    """A chat with a human, or one that the bot began."""
    t = Thread(floor, contact, "intercom", contact.channel)
    t.brand = "Fernhill app"
    t.says(contact.at, t.write("open"))
    t.becomes(contact.at, "open", "customer")
    by_human = True
    if contact.channel == "chatbot":
        by_human = _bot(t)
    if by_human:
        _human(t)
    t.finish()
    return t


def _bot(t: Thread) -> bool:
    """The bot's part; True when a human has to take over."""
    floor, rng, c, bot = t.floor, t.floor.rng, t.contact, t.floor.desks.bot
    writer = floor.writer
    t.goes_to(c.at, None, bot, "system")
    if rng.random() < 0.6:
        t.replies(c.at + rng.randint(1, 3), bot, writer.bot(c, t.facts, "hello"))
    t.replies(t.last + rng.randint(2, 6), bot, writer.bot(c, t.facts, "answer"))
    contained = rng.random() < CONTAINED - 0.35 * c.stress - (0.2 if c.mood == "negative" else 0)
    if rng.random() < 0.3 or not contained:
        t.says(t.last + int(delay(rng, 0.8, 0.6)), t.write("answer" if contained else "insist"))
        if contained:
            t.replies(t.last + rng.randint(2, 6), bot, writer.bot(c, t.facts, "answer"))
    if not contained:
        t.replies(t.last + rng.randint(1, 4), bot, writer.bot(c, t.facts, "handoff"))
        return True
    if rng.random() < 0.7:
        t.replies(t.last + rng.randint(1, 4), bot, writer.bot(c, t.facts, "check"))
    if rng.random() < CONFIRMED:
        if t.says(t.last + int(delay(rng, 1.0, 0.6)), t.write("thanks")):
            t.resolution = "confirmed"
            t.becomes(t.last + 2, "closed", bot)
    # Nobody answers the bot any more: after a while the vendor calls that resolved.
    elif t.becomes(t.last + 4 * HOUR, "closed", bot):
        t.resolution = "assumed"
    return False


def _human(t: Thread) -> None:
    floor, rng, c = t.floor, t.floor.rng, t.contact
    desks, writer = floor.desks, floor.writer
    team = desks.first_free(rng, t.last)
    work = desks.work_of(team)
    at = work.after(t.last, delay(rng, 1.5 * (1 + 1.8 * c.stress), 0.75))
    agent = desks.someone(rng, team, at)
    t.goes_to(at - rng.randint(5, 25), team, agent, "system")
    if not t.replies(at, agent, writer.agent(c, t.facts, "first", agent, True)):
        return
    special = desks.specialists.get(c.topic)
    for n in range(rng.choices((0, 1, 2, 3), (46, 39, 12, 3))[0]):
        unhappy = rng.random() < 0.12 + 0.4 * c.stress
        if not t.says(
            t.last + int(delay(rng, 1.4, 0.7)), t.write("insist" if unhappy else "answer")
        ):
            return
        if n == 0 and special and special != team and rng.random() < 0.10:
            agent = _pass_on(t, agent, special)
        said = writer.agent(c, t.facts, "ask", agent, True)
        if not t.replies(t.last + int(delay(rng, 1.2, 0.7)), agent, said):
            return
    if rng.random() < 0.10:
        _snooze(t, agent)
    if not t.replies(
        t.last + int(delay(rng, 1.5, 0.7)), agent, writer.agent(c, t.facts, "solve", agent, True)
    ):
        return
    if rng.random() < 0.45 * (1 - 0.7 * c.stress):
        t.says(t.last + int(delay(rng, 0.9, 0.6)), t.write("thanks"))
        t.replies(
            t.last + int(delay(rng, 0.5, 0.5)), agent, writer.agent(c, t.facts, "bye", agent, True)
        )
    t.becomes(t.last + int(delay(rng, 6, 0.8)), "closed", agent)
    if t.status == "closed" and rng.random() < 0.05 + 0.12 * c.stress:
        _come_back(t, agent)


def _pass_on(t: Thread, agent: Agent, special: str) -> Agent:
    desks, rng = t.floor.desks, t.floor.rng
    note = t.floor.writer.agent(t.contact, t.facts, "note", agent, True)
    t.replies(t.last + 40, agent, note, is_public=False)
    at = desks.work_of(special).after(t.last, delay(rng, 4, 0.6))
    second = desks.someone(rng, special, at)
    return second if t.goes_to(at, special, second, agent) else agent


def _snooze(t: Thread, agent: Agent) -> None:
    """The agent looks into it and comes back later."""
    rng = t.floor.rng
    until = t.floor.desks.work[agent.schedule_id].after(t.last + rng.randint(2, 20) * HOUR, 60)
    said = t.floor.writer.agent(t.contact, t.facts, "wait", agent, True)
    wakes = datetime.fromtimestamp(until, UTC).isoformat()
    if t.replies(t.last + 50, agent, said) and t.event(t.last + 5, "snoozed", None, wakes, agent):
        t.status = "pending"
        t.becomes(until, "open", "system")


def _come_back(t: Thread, agent: Agent) -> None:
    rng = t.floor.rng
    if not t.says(t.last + rng.randint(1, 30) * HOUR, t.write("again")):
        return
    t.becomes(t.last, "open", "customer")
    at = t.floor.desks.work[agent.schedule_id].after(t.last, delay(rng, 4, 0.8))
    if t.replies(at, agent, t.floor.writer.agent(t.contact, t.facts, "sorry", agent, True)):
        t.becomes(t.last + int(delay(rng, 10, 0.6)), "closed", agent)
