"""The support desks: agents, the bot, teams, and who takes a contact at a given time."""

import random
from dataclasses import dataclass
from typing import Any

from sample.generator.draw import read_yaml, stream
from sample.generator.people import ascii_word
from sample.generator.sizes import DAY, END_S, START_S, Size
from sample.generator.tables import World
from sample.generator.worktime import WorkTime, zone

BOT_NAME = "Fern"


@dataclass(slots=True)
class Agent:
    agent_id: str
    zendesk_id: int
    intercom_id: str
    name: str
    email: str
    team: str
    role: str
    time_zone: str
    schedule_id: str
    active_from: int
    active_to: int | None
    skill: float  # 0.7 (slow, curt) … 1.3 (quick, liked)


class Desks:
    """Agents by team, with the working time of each schedule."""

    def __init__(self, size: Size, seed: int, world: World) -> None:
        rng = stream(seed, "agents")
        plan = read_yaml("schedules")
        self.teams: dict[str, dict[str, Any]] = plan["teams"]
        self.front = [name for name, team in self.teams.items() if team.get("front")]
        self.specialists = {
            topic: name for name, team in self.teams.items() for topic in team.get("topics", ())
        }
        self.work = {team["schedule"]: WorkTime(team["schedule"]) for team in self.teams.values()}
        self.members: dict[str, list[Agent]] = {name: [] for name in self.teams}
        names = {region: iter(found) for region, found in read_yaml("names")["agents"].items()}
        shares = sum(team["share"] for team in self.teams.values())
        number = 0
        for team_name, team in self.teams.items():
            for _ in range(max(1, round(size.agents * team["share"] / shares))):
                number += 1
                name = next(names[team["region"]])
                self._hire(rng, number, name, team_name, team["schedule"], world)
        self.bot = Agent(
            "A000", 359_000_000_007, "5000000", BOT_NAME, "fern@fernhill.example", "Bot", "bot",
            "UTC", "", START_S - 400 * DAY, None, 1.0,
        )  # fmt: skip
        self._write(self.bot, world)

    def _hire(
        self, rng: random.Random, number: int, name: str, team: str, schedule: str, world: World
    ) -> None:
        begins = START_S - rng.randint(30, 900) * DAY
        leaves = None
        if len(self.members[team]) >= 2:  # never the only ones of a team
            if rng.random() < 0.3:
                begins = rng.randint(START_S, END_S - 60 * DAY)
            elif rng.random() < 0.25:
                leaves = rng.randint(START_S + 60 * DAY, END_S - 10 * DAY)
        first, _, last = name.partition(" ")
        agent = Agent(
            f"A{number:03d}",
            359_000_000_000 + 4_021 * number,
            str(5_000_000 + 37 * number),
            name,
            f"{ascii_word(first)}.{ascii_word(last)}@fernhill.example",
            team,
            "agent",
            zone(schedule),
            schedule,
            begins,
            leaves,
            rng.uniform(0.75, 1.25),
        )
        self.members[team].append(agent)
        self._write(agent, world)

    def _write(self, a: Agent, world: World) -> None:
        world.agents.add(
            a.agent_id, a.zendesk_id, a.intercom_id, a.name, a.email, a.team, a.role, a.time_zone,
            a.schedule_id, a.active_from, a.active_to,
        )  # fmt: skip

    def work_of(self, team: str) -> WorkTime:
        schedule: str = self.teams[team]["schedule"]
        return self.work[schedule]

    def first_free(self, rng: random.Random, at: int) -> str:
        """The front team whose desk is open, or opens next: the day follows the sun."""
        openings = [(max(self.work_of(team).after(at, 0), at), team) for team in self.front]
        soonest = min(opening for opening, _ in openings)
        team: str = rng.choice([team for opening, team in openings if opening == soonest])
        return team

    def someone(self, rng: random.Random, team: str, at: int) -> Agent:
        """An agent of the team who is employed at the time."""
        members = self.members[team]
        for _ in range(8):
            agent = rng.choice(members)
            if agent.active_from <= at and (agent.active_to is None or at < agent.active_to):
                return agent
        return members[0]
