"""The phone line: inbound calls, answered, abandoned, to voicemail or missed; some transcribed."""

from sample.generator.agents import Agent
from sample.generator.demand import Contact
from sample.generator.draw import delay
from sample.generator.thread import Floor, Thread

LINES = {"GB": "+441632960100"}
LINE = "+18005550100"
TEAM = "Voice"


def write_call(floor: Floor, contact: Contact) -> Thread:
    """One call = one conversation (no messages; the words are in the call's transcript).

    Truth about the words stands in truth.messages under system twilio and the call's id.
    """
    rng, person = floor.rng, contact.identity.person
    t = Thread(floor, contact, "twilio", "phone")
    t.team = TEAM
    work = floor.desks.work_of(TEAM)
    ring = contact.at
    wait = min(delay(rng, 0.5 * (1 + 1.5 * contact.stress), 0.8), 1500)
    patience = delay(rng, 2, 0.7)
    answered, talk, hold, wrap = None, 0.0, 0.0, 0.0
    agent: Agent | None = None
    transcript: str | None = None
    if not work.is_open(ring):
        outcome = "voicemail" if rng.random() < 0.7 else "missed"
        ended = ring + (rng.randint(25, 110) if outcome == "voicemail" else rng.randint(8, 25))
        if outcome == "voicemail" and rng.random() < 0.7:
            transcript = _transcript(t, None)
    elif wait > patience:
        outcome, ended = "abandoned", ring + int(patience)
    else:
        outcome, answered = "answered", ring + max(4, int(wait))
        agent = floor.desks.someone(rng, TEAM, ring)
        talk = float(int(min(delay(rng, 4.2 + 3 * contact.stress, 0.6), 3600)))
        hold = float(rng.randint(20, 240)) if rng.random() < 0.25 else 0.0
        wrap = float(rng.randint(15, 180))
        ended = answered + int(talk + hold)
        if rng.random() < 0.45:
            transcript = _transcript(t, agent)
    floor.world.calls.add(
        t.remote_id, t.remote_id, "inbound", contact.identity.remote_id,
        LINES.get(person.country, LINE), ring, answered, ended, talk, hold, wrap, outcome,
        agent.agent_id if agent else None, transcript,
    )  # fmt: skip
    t.agent, t.last, t.status = agent, ended, "closed"
    if agent:
        t.agent_replies, t.first_reply_at, t.done_at = 1, answered, ended
    t.finish()
    return t


def _transcript(t: Thread, agent: Agent | None) -> str:
    """Lines by speaker, as a speech service delivers them; the caller's words carry the truth."""
    writer, c = t.floor.writer, t.contact
    opening = t.write("open")
    t.floor.world.truth["messages"].add("twilio", t.remote_id, *opening.tags)
    lines = ["Caller: " + " ".join(opening.body.split())]
    if agent:
        lines.insert(0, f"Agent: Thank you for calling Fernhill, this is {agent.name.split()[0]}.")
        lines.append("Agent: " + writer.agent(c, t.facts, "ask", agent, True))
        lines.append("Caller: " + t.write("answer").body)
        lines.append("Agent: " + writer.agent(c, t.facts, "solve", agent, True))
    return "\n".join(lines)
