"""Written, unhurried conversations: Zendesk tickets, e-mail and social; the shared IMAP mailbox."""

from sample.generator.agents import Agent
from sample.generator.demand import Contact
from sample.generator.draw import delay
from sample.generator.sizes import DAY, HOUR, MINUTE
from sample.generator.thread import Floor, Thread
from sample.generator.writer import PATIENCE

# Median working minutes until a first public reply, by channel.
FIRST_REPLY = {"ticket": 15.0, "email": 19.0, "social": 11.0}


def write_ticket(floor: Floor, contact: Contact, twin: Thread | None) -> Thread:
    """A Zendesk conversation from first message to as far as it had come at AS_OF.

    Args:
        twin: the same person's open ticket on the matter, when this one is a duplicate of it.
    """
    rng = floor.rng
    t = Thread(floor, contact, "zendesk", contact.channel)
    t.brand = "Fernhill Office" if contact.identity.person.company else "Fernhill"
    if contact.identity.person.is_spammer:
        return _spam(t)
    _open(t)
    if twin is not None:
        at = contact.at + rng.randint(20, 90) * MINUTE
        agent = floor.desks.someone(rng, floor.desks.front[0], at)
        if t.event(at, "merged", t.remote_id, twin.remote_id, agent):
            t.becomes(at, "closed", agent)
            t.merged_into = twin.remote_id
        t.finish()
        return t
    agent = _route(t)
    _talk(t, agent)
    if t.status == "solved" and rng.random() < 0.07 + 0.16 * contact.stress:
        _reopen(t)
    if t.status == "solved":
        t.becomes(t.last + 4 * DAY, "closed", "system")
    if rng.random() < 0.008:
        # Only what is long done gets deleted (a customer's request, a test ticket).
        at = t.last + rng.randint(1, 20) * DAY
        if t.event(at, "deleted", t.status, "deleted", agent):
            t.deleted_at, t.status = t.last, "deleted"
    t.finish()
    return t


def write_mail(floor: Floor, contact: Contact) -> Thread:
    """A thread in the shared mailbox: messages only, nobody records a status there."""
    t = Thread(floor, contact, "email", "email")
    t.says(contact.at, t.write("open"))
    t.subject = floor.writer.subject(contact, t.facts)
    team = floor.desks.first_free(floor.rng, contact.at)
    _talk(t, floor.desks.someone(floor.rng, team, contact.at))
    t.status = "closed" if t.agent_replies else "open"
    t.finish()
    return t


def _open(t: Thread) -> None:
    rng, c = t.floor.rng, t.contact
    urgent = c.topic == "outage" or c.stress > 0.8
    t.priority = rng.choices(
        ("low", "normal", "high", "urgent"), (0, 4, 4, 2) if urgent else (12, 74, 12, 2)
    )[0]
    t.tags = [c.topic, f"lang_{c.identity.person.language}"] if rng.random() < 0.55 else []
    if c.identity.person.company:
        t.tags.append("b2b")
    t.subject = t.floor.writer.subject(c, t.facts)
    if t.channel == "social":
        t.subject = None
    t.says(c.at, t.write("open"))
    t.becomes(c.at, "new", "customer")
    if t.channel != "social" and rng.random() < 0.45:
        t.notice(c.at + rng.randint(1, 6), t.floor.writer.phrase("auto_reply", t.facts))


def _spam(t: Thread) -> Thread:
    t.subject = t.floor.writer.phrase("spam_subject", t.facts)
    t.says(t.contact.at, t.floor.writer.spam(t.contact, t.facts))
    t.becomes(t.contact.at, "new", "customer")
    if t.becomes(t.contact.at + 5 * HOUR, "closed", "system"):
        t.is_spam = True
        t.tags = ["spam"]
    t.finish()
    return t


def _route(t: Thread) -> Agent:
    """First desk, perhaps passed on to specialists before anybody answers."""
    floor, rng, c = t.floor, t.floor.rng, t.contact
    desks = floor.desks
    team = desks.first_free(rng, c.at)
    special = desks.specialists.get(c.topic)
    if special and rng.random() < 0.35:
        team = special
    picked = desks.work_of(team).after(c.at, delay(rng, 4, 0.8))
    agent = desks.someone(rng, team, picked)
    t.goes_to(picked, team, agent, "system")
    t.becomes(picked, "open", agent)
    if special and special != team and rng.random() < 0.3 + 0.2 * c.stress:
        note = floor.writer.agent(c, t.facts, "note", agent, False)
        t.replies(picked + 4 * MINUTE, agent, note, is_public=False)
        at = picked + rng.randint(5, 40) * MINUTE
        second = desks.someone(rng, special, at)
        if t.goes_to(at, special, second, agent):
            agent = second
    escalates = rng.random() < 0.03 + 0.25 * c.stress and t.priority in ("low", "normal")
    if escalates and t.event(t.last + 3 * MINUTE, "priority", t.priority, "high", agent):
        t.priority = "high"
    return agent


def _talk(t: Thread, agent: Agent) -> None:
    """Replies and questions until it is solved (or the customer is still waiting)."""
    floor, rng, c = t.floor, t.floor.rng, t.contact
    work = floor.desks.work[agent.schedule_id]
    median = FIRST_REPLY[t.channel] * (2 - agent.skill) * (1 + 2.2 * c.stress)
    if t.priority in ("high", "urgent"):
        median *= 0.6
    at = work.after(t.last, delay(rng, median, 0.85))
    if rng.random() < 0.06:  # some work late
        at = t.last + int(delay(rng, 50, 0.6))
    if at - c.at > rng.uniform(*PATIENCE) and rng.random() < 0.5:
        t.says(c.at + int((at - c.at) * 0.7), t.write("chase"))
    if rng.random() < 0.012:
        return  # fell through the cracks
    rounds = rng.choices((1, 2, 3, 4), (66, 25, 7, 2))[0] + (rng.random() < c.stress * 0.6)
    for n in range(rounds):
        last_round = n == rounds - 1
        kind = "solve" if last_round else "first" if n == 0 else "ask"
        if not t.replies(
            at, agent, floor.writer.agent(c, t.facts, kind, agent, t.channel == "social")
        ):
            return
        if last_round:
            break
        if rng.random() < 0.14:
            _hold(t, agent)
        t.becomes(t.last, "pending", agent)
        back = t.last + int(delay(rng, 150, 1.1))
        if not t.says(
            back, t.write("insist" if rng.random() < 0.25 + 0.4 * c.stress else "answer")
        ):
            return
        t.becomes(t.last, "open", "customer")
        at = work.after(t.last, delay(rng, median * 1.4, 0.8))
    if rng.random() < 0.22 * (1 - c.stress):
        t.says(t.last + int(delay(rng, 60, 1.0)), t.write("thanks"))
    t.becomes(t.last + rng.randint(0, 30), "solved", agent)


def _hold(t: Thread, agent: Agent) -> None:
    """Waiting for a third party: the courier, the grower, a bank."""
    if t.becomes(t.last, "hold", agent) and t.system == "zendesk":
        work = t.floor.desks.work[agent.schedule_id]
        at = work.after(t.last + int(t.floor.rng.uniform(0.3, 2.5) * DAY), 0)
        if t.becomes(at, "open", agent):
            said = t.floor.writer.agent(t.contact, t.facts, "wait", agent, True)
            t.replies(t.last + 2 * MINUTE, agent, said)


def _reopen(t: Thread) -> None:
    rng, agent = t.floor.rng, t.agent
    assert agent is not None
    if not t.says(t.last + int(rng.uniform(0.1, 3) * DAY), t.write("again")):
        return
    t.becomes(t.last, "open", "customer")
    work = t.floor.desks.work[agent.schedule_id]
    at = work.after(t.last, delay(rng, 45 * (1 + t.contact.stress), 0.8))
    if t.replies(at, agent, t.floor.writer.agent(t.contact, t.facts, "sorry", agent, False)):
        t.becomes(t.last, "solved", agent)
