"""Files for the drop folder: what no connector of ours delivers (schedules, targets, help centre).

Columns as docs/file_drop.md states them; ids of agents and contacts are Zendesk's, so each such
row says `source_system` zendesk.
"""

import csv
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sample.generator.draw import Weighted, hex_id, read_yaml, stream
from sample.generator.identities import Identities
from sample.generator.people import Person
from sample.generator.sizes import DAY, END_S, HOUR, START_S, Size
from sample.generator.tables import World
from sample.generator.worktime import holidays, hours, schedules, zone

HELP_CENTRE = "https://help.fernhill.example/articles/"


def write_drop(
    folder: Path, world: World, people: list[Person], identities: Identities, size: Size, seed: int
) -> None:
    """Write `drop/fernhill/*.csv`."""
    folder.mkdir(parents=True, exist_ok=True)
    _schedules(folder)
    _agents(folder, world)
    _help_centre(folder, people, identities, size, seed)


def _save(path: Path, header: str, rows: Iterable[Iterable[Any]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header.split())
        writer.writerows(rows)


def _iso(seconds: int | None) -> str:
    if seconds is None:
        return ""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _schedules(folder: Path) -> None:
    plan = read_yaml("schedules")
    _save(
        folder / "schedules.csv",
        "schedule_id time_zone weekday start_local end_local valid_from valid_to",
        (
            (name, zone(name), day, start, end, "", "")
            for name in schedules()
            for day, (start, end) in hours(name).items()
        ),
    )
    _save(
        folder / "schedule_assignments.csv",
        "schedule_id scope value valid_from valid_to",
        ((a["schedule"], a["scope"], a["value"], "", "") for a in plan["assignments"]),
    )
    _save(
        folder / "holidays.csv",
        "schedule_id date_from date_to name start_local end_local",
        ((name, d, d, label, "", "") for name in schedules() for d, label in holidays(name)),
    )
    fields = "policy_id metric target_minutes clock priority channel topic segment"
    _save(
        folder / "sla_policies.csv",
        f"{fields} valid_from valid_to",
        ([*(p.get(f, "") for f in fields.split()), "", ""] for p in plan["sla_policies"]),
    )


def _agents(folder: Path, world: World) -> None:
    rows = world.agents.table().to_pylist()
    _save(
        folder / "agents.csv",
        "agent_id source_system name email team role time_zone active_from active_to",
        (
            (
                r["zendesk_id"], "zendesk", r["name"], r["email"], r["team"], r["role"],
                r["time_zone"], _iso(int(r["active_from"].timestamp())),
                _iso(int(r["active_to"].timestamp()) if r["active_to"] else None),
            )
            for r in rows
        ),
    )  # fmt: skip


def _help_centre(
    folder: Path, people: list[Person], identities: Identities, size: Size, seed: int
) -> None:
    rng = stream(seed, "help centre")
    centre = read_yaml("articles")
    articles = [(f"art-{n:03d}", a) for n, a in enumerate(centre["articles"], 1)]
    _save(
        folder / "articles.csv",
        "article_id source_system title url locale created_at updated_at",
        (
            (
                key, "zendesk", a["title"], HELP_CENTRE + key, a.get("locale", "en"),
                _iso(START_S - rng.randint(50, 700) * DAY),
                _iso(START_S + rng.randint(0, 390) * DAY),
            )
            for key, a in articles
        ),
    )  # fmt: skip
    popular = Weighted({key: 1 / rank for rank, (key, _) in enumerate(articles, 1)})
    quality = {key: a.get("helpful", 0.75) for key, a in articles}
    readers = [p for p in people if identities.has(p, "zendesk") and not p.is_spammer]
    rows: list[tuple[Any, ...]] = []
    for _ in range(size.conversations // 2):
        person = rng.choice(readers)
        at = rng.randint(max(START_S, person.joined), END_S - 2 * HOUR)
        known = rng.random() < 0.7
        contact = identities.pick(rng, person, "zendesk").remote_id if known else ""
        session = f"s-{hex_id(rng, 12)}"

        def add(kind: str, at: int, article: str = "", query: str = "", found: Any = "",
                who: tuple[str, str] = (contact, session)) -> None:  # fmt: skip
            number = f"hc-{len(rows) + 1:07d}"
            rows.append((number, "zendesk", _iso(at), kind, article, *who, query, found))

        if rng.random() < 0.45:
            query = rng.choice(centre["searches"])
            found = 0 if query in centre["without_result"] else rng.randint(1, 9)
            add("search", at, query=query, found=found)
            if not found:
                continue
        for step in range(rng.choices((1, 2, 3), (70, 22, 8))[0]):
            article = popular.draw(rng)
            at += rng.randint(10, 240) * (step + 1)
            add("view", at, article)
            if rng.random() < 0.12:
                liked = rng.random() < quality[article]
                add("helpful" if liked else "not_helpful", at + 40, article)
    rows.sort(key=lambda row: (row[2], row[0]))
    _save(
        folder / "article_events.csv",
        "event_id source_system occurred_at event_type article_id contact_id session_id query"
        " results_count",
        rows,
    )
