"""Tickets that continue earlier ones: of no known person, so that nothing else ties them."""

import json
import random
from datetime import datetime, timedelta

import duckdb

from tests.dbt_project.edited_company import iso


def follow_up(
    connection: duckdb.DuckDBPyConnection, chance: random.Random, last: datetime, count: int
) -> None:
    """Solved tickets of the weeks before an instant, loaded then; many continue any other one."""
    known = connection.execute("select id from raw_zendesk.tickets order by id").fetchall()
    ids = [number for (number,) in known]
    for _ in range(count):
        at = last - timedelta(minutes=chance.randrange(60 * 24 * 20))
        via = {"channel": "web", "source": {}}
        if ids and chance.random() < 0.7:
            via["source"] = {"rel": "follow_up", "from": {"ticket_id": chance.choice(ids)}}
        ids.append(len(ids) + 1)
        connection.execute(
            "insert into raw_zendesk.tickets by name select ? as id, 'solved' as status, "
            "? as created_at, ? as updated_at, ? as via, ? as _loaded_at",
            [ids[-1], iso(at), iso(at + timedelta(hours=1)), json.dumps(via), last],
        )
        connection.execute(
            "insert into raw_zendesk.satisfaction_ratings by name select ? as id, ? as ticket_id, "
            "'good' as score, ? as created_at, ? as updated_at, ? as _loaded_at",
            [ids[-1], ids[-1], iso(at), iso(at), last],
        )


def reconsider(connection: duckdb.DuckDBPyConnection, chance: random.Random, at: datetime) -> None:
    """Tickets turn out to continue nothing, to begin later, or to continue one that does; ratings
    turn out to be none.
    """
    rows = connection.execute(
        "select id, via from raw_zendesk.tickets where via like '%follow_up%' order by id"
    ).fetchall()
    continued = {number: json.loads(via)["source"]["from"]["ticket_id"] for number, via in rows}
    names = chance.sample(sorted(continued), 8)
    for number in names[:4]:
        connection.execute(
            "update raw_zendesk.tickets set via = ?, _loaded_at = ? where id = ?",
            [json.dumps({"channel": "web", "source": {}}), at, number],
        )
    for number in names[4:] + chance.sample(sorted(set(continued.values())), 4):
        connection.execute(
            "update raw_zendesk.tickets set created_at = ?, _loaded_at = ? where id = ?",
            [iso(at + timedelta(days=400)), at, number],
        )
    rated = connection.execute(
        "select id from raw_zendesk.satisfaction_ratings where score = 'good' order by id"
    ).fetchall()
    for (number,) in chance.sample(rated, 3):
        connection.execute(
            "update raw_zendesk.satisfaction_ratings set score = 'unoffered', _loaded_at = ? "
            "where id = ?",
            [at, number],
        )
