"""Makes the sample company's world: seeded, so the same seed always makes the same bytes."""

import os
import shutil
from pathlib import Path

from sample.generator.agents import Desks
from sample.generator.billing import write_billing
from sample.generator.calls import write_call
from sample.generator.chats import write_chat
from sample.generator.demand import Demand
from sample.generator.drop import write_drop
from sample.generator.fates import draw_fates
from sample.generator.identities import Registry
from sample.generator.people import Population
from sample.generator.sizes import HOUR, SIZES
from sample.generator.surveys import Surveys
from sample.generator.tables import World
from sample.generator.thread import Floor, Thread
from sample.generator.tickets import write_mail, write_ticket
from sample.generator.writer import Writer


def generate(size: str, seed: int = 7, root: Path = Path("data/sample")) -> Path:
    """Write a sample world under `root/<size>-<seed>/` unless it stands there already.

    Beside the returned folder `world/` lie `truth/` (only evaluation reads it) and
    `drop/fernhill/` (files for the file drop).

    Args:
        size: a key of `SIZES`.
        seed: any whole number.
        root: normally `HEEDLINE_HOME/sample`.

    Raises:
        ValueError: the size is not known.
    """
    if size not in SIZES:
        raise ValueError(f"sample: size {size!r} is not known; take one of {', '.join(SIZES)}")
    done = root / f"{size}-{seed}"
    if (done / "world").is_dir():
        return done / "world"
    # Written aside and moved at the end: a world that stands there is whole.
    half = root / f".{size}-{seed}.{os.getpid()}"
    shutil.rmtree(half, ignore_errors=True)
    try:
        _write(half, size, seed)
        half.rename(done)
    finally:
        shutil.rmtree(half, ignore_errors=True)
    return done / "world"


def _write(folder: Path, size_name: str, seed: int) -> None:
    size, world = SIZES[size_name], World()
    population = Population(size, seed, world)
    people = population.people
    identities = Registry(population, seed, world).result
    fates = draw_fates(people, identities, seed, world)
    write_billing(people, identities, fates, seed, world)
    desks, writer = Desks(size, seed, world), Writer(seed)
    floor = Floor(desks, writer, world, seed)
    surveys = Surveys(identities, writer, world, seed)
    _conversations(floor, Demand(people, identities, fates, size, seed), surveys)
    surveys.relationship(people, fates)
    write_drop(folder / "drop" / "fernhill", world, people, identities, size, seed)
    for part, tables in (("world", world.tables), ("truth", world.truth)):
        (folder / part).mkdir(parents=True)
        for name, buffer in tables.items():
            buffer.write(folder / part / f"{name}.parquet")


def _conversations(floor: Floor, demand: Demand, surveys: Surveys) -> None:
    """Write every contact down as a conversation of its system, oldest first."""
    latest: dict[str, Thread] = {}
    for contact in demand.contacts:
        key = contact.identity.remote_id
        if contact.identity.system == "zendesk":
            before = latest.get(key) if contact.duplicates else None
            if before is not None and contact.at - before.contact.at > 2 * HOUR:
                before = None
            thread = write_ticket(floor, contact, before)
            if before is None:
                latest[key] = thread
        elif contact.identity.system == "intercom":
            thread = write_chat(floor, contact)
        elif contact.identity.system == "twilio":
            thread = write_call(floor, contact)
        else:
            thread = write_mail(floor, contact)
        surveys.after(thread)
