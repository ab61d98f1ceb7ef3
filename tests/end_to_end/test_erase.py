"""One real person of the sample company leaves: erased, proved, kept out, kept out of a backup too.

The tests of this module follow one installation through its life, in file order.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from tests.end_to_end.conftest import ROOT, Heedline, heedline_env
from tests.searching import files_with

pytestmark = pytest.mark.slow

CHOSEN = """
    select clusters.customer_id, list(distinct contacts.email), list(clusters.remote_id)
    from ml.identity_clusters as clusters
    inner join intermediate.int_contacts as contacts using (source_system, remote_id)
    group by clusters.customer_id
    having list_has_all(
        list(clusters.source_system), ['zendesk', 'intercom', 'email', 'stripe']
    ) and count(distinct contacts.email) = 1
    order by clusters.customer_id limit 1
"""


def warehouse_of(home: Path) -> Path:
    return home / "data" / "warehouse" / "heedline.duckdb"


def query(path: Path, text: str) -> list[tuple]:
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(text).fetchall()


@pytest.fixture(scope="module")
def person(heedline: Heedline, home: Path) -> tuple[str, str, list[str]]:
    """(customer id, address, remote ids) of somebody on four channels, after a first run."""
    done = heedline("run", "--size", "small")
    assert done.returncode == 0, done.stdout + done.stderr
    shutil.copy(warehouse_of(home), home / "backup.duckdb")
    ((customer, emails, ids),) = query(warehouse_of(home), CHOSEN)
    return customer, emails[0], ids


def assert_nowhere(home: Path, person: tuple[str, str, list[str]]) -> None:
    """Another reader than the product's own finds nothing either (the vendors are not searched)."""
    data = home / "data"
    for folder in ("warehouse", "published", "landing", "dlt", "dbt", "airflow", "privacy"):
        for text in (person[0], person[1], *(i for i in person[2] if len(i) >= 10)):
            assert files_with(data / folder, text) == [], (folder, text)


def customers(home: Path) -> set[str]:
    path = home / "data" / "published" / "current" / "support.duckdb"
    return {row[0] for row in query(path, "select customer_id from dim_customers")}


def test_a_dry_run_lists_every_identity_and_changes_nothing(
    heedline: Heedline, home: Path, person: tuple[str, str, list[str]]
) -> None:
    before = warehouse_of(home).stat().st_size
    done = heedline("erase", person[1], "--dry-run")
    assert done.returncode == 0, done.stderr
    for name in ("zendesk:", "intercom:", "email:", "stripe:", "raw_zendesk.tickets"):
        assert name in done.stdout
    assert warehouse_of(home).stat().st_size == before
    assert person[0] in customers(home)


def test_an_unknown_person_is_one_line(heedline: Heedline) -> None:
    done = heedline("erase", "nobody@nowhere.example", "--yes")
    assert done.returncode == 1
    assert done.stderr.startswith("heedline: nobody is known as nobody@nowhere.example")
    assert done.stderr.count("\n") == 1


def test_killed_halfway_and_completed_the_person_is_nowhere(
    heedline: Heedline, home: Path, person: tuple[str, str, list[str]]
) -> None:
    others = customers(home) - {person[0]}
    command = [sys.executable, str(ROOT / "heedline.py"), "erase", person[0], "--yes"]
    with (home / "killed.log").open("w") as log:
        running = subprocess.Popen(
            command,
            cwd=home,
            env=heedline_env(home),
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        while "erase.sweep" not in (home / "killed.log").read_text():
            assert running.poll() is None, (home / "killed.log").read_text()
            time.sleep(0.2)
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()
    done = heedline("erase", "--replay")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "erased and proved" in done.stdout
    assert "found 0" in done.stdout
    assert customers(home) == others
    assert_nowhere(home, person)
    proofs = list((home / "data" / "privacy" / "proofs").glob("*.json"))
    assert [json.loads(p.read_text())["found"] for p in proofs] == [0]


def test_erasing_again_says_that_it_is_done(
    heedline: Heedline, person: tuple[str, str, list[str]]
) -> None:
    done = heedline("erase", person[1], "--yes")
    assert done.returncode == 0
    assert "erased already" in done.stdout


def test_vendors_that_still_serve_everything_do_not_bring_the_person_back(
    heedline: Heedline, home: Path, person: tuple[str, str, list[str]]
) -> None:
    # Without cursors every vendor is asked for all it has.
    shutil.rmtree(home / "data" / "dlt")
    shutil.rmtree(home / "data" / "landing")
    done = heedline("run", "--size", "small")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "erased" in done.stdout
    sums = query(
        warehouse_of(home),
        "select sum(erased), count(*) filter "
        "(where received <> accepted + quarantined + duplicates + erased) from ops.loads",
    )
    assert sums[0][0] > 10
    assert sums[0][1] == 0
    assert_nowhere(home, person)


def test_a_restored_backup_forgets_the_person_in_the_next_run(
    heedline: Heedline, home: Path, person: tuple[str, str, list[str]]
) -> None:
    shutil.copy(home / "backup.duckdb", warehouse_of(home))
    assert files_with(home / "data" / "warehouse", person[1])
    done = heedline("run", "--size", "small")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "publish.finish_erasures" in done.stdout
    assert person[0] not in customers(home)
    assert_nowhere(home, person)
