"""From request to proof: exactly one person goes, kills are survived, backups do not bring back."""

import json
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest

from connectors.ledger import Ledger, folder
from privacy import erasure, leftovers, requests, versions
from privacy.erasure import ErasureDue
from privacy.finding import Unknown
from privacy.people import Person
from privacy.proof import NotErased
from privacy.versions import StillPublished
from tests.privacy.conftest import BOB, BOBS, JANE, JANES, held, insert
from tests.searching import files_with
from warehouse.duck import warehouse
from warehouse.settings import settings

pytestmark = pytest.mark.usefixtures("house")


def everything() -> dict[str, list[Any]]:
    """Every row of every table that is not bookkeeping of the erasure itself."""
    with duckdb.connect(str(settings().warehouse_file), read_only=True) as connection:
        tables = connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables() where not internal "
            "and table_name <> 'erasures' order by all"
        ).fetchall()
        return {
            table: connection.execute(f"select * from {table} order by all").fetchall()
            for (table,) in tables
        }


def erase(who: str = JANE) -> list[dict[str, Any]]:
    erasure.register_request(customer=who)
    erasure.replay()
    return erasure.finish()


def published(*names: str, holding: str | None = None) -> None:
    root = settings().published
    for name in names:
        (root / name).mkdir(parents=True, exist_ok=True)
        (root / name / "list.csv").write_text(f"{BOBS}\n{holding or ''}\n")
        manifest = {"content": {"as_of": "2026-01-01T00:00:00Z"}}
        (root / name / "manifest.json").write_text(json.dumps(manifest))
    (root / "current").unlink(missing_ok=True)
    (root / "current").symlink_to(names[-1])


def test_exactly_this_persons_rows_go() -> None:
    before = everything()
    (proof,) = erase()
    after = everything()
    assert held("raw_zendesk.tickets", "id") == [2]
    assert held("raw_zendesk.ticket_events", "id") == [20]
    assert held("raw_zendesk.users", "id") == [364000000002]
    assert held("raw_email.messages", "message_id") == ["from-2", "to-both"]
    assert held("raw_email.messages", "to_addresses") == [
        '["bob@home.example"]',
        '["help@shop.example"]',
    ]
    assert held("marts.dim_customers", "customer_id") == [BOB]
    assert held("ml.identity_clusters", "distinct customer_id") == [BOB]
    assert held("ml.message_tags", "text_hash") == ["kept"]
    bobs = {t: [r for r in rows if JANES not in str(r)] for t, rows in before.items()}
    for table in ("raw_zendesk.users", "intermediate.int_contacts", "marts.dim_customers"):
        assert [row for row in after[table] if "[erased]" not in str(row)] == bobs[table], table
    assert proof["found"] == 0
    assert proof["removed"] > 0


def test_not_a_byte_is_left_and_the_log_keeps_its_other_lines() -> None:
    assert files_with(settings().root, JANES)
    erase()
    for text in (JANES, "364000000001", "FH-200999", "5b2c4a004b55b3a2", JANE):
        assert files_with(settings().root, text) == [], text
    log = settings().airflow / "logs" / "task.log"
    assert log.read_text() == f"refused [erased]\n{BOBS}\n"


def test_a_dry_run_tells_all_and_changes_nothing() -> None:
    published("v000001-20260101T000000Z", holding=JANES)
    before = everything()
    preview = erasure.preview(JANES)
    assert everything() == before
    assert preview.swept.removed["raw_zendesk.tickets"] == 1
    assert preview.swept.removed["raw_zendesk.ticket_events"] == 1
    assert preview.swept.removed["raw_email.messages"] == 1
    assert preview.swept.rewritten["raw_email.messages"] == 1
    assert preview.versions == ["v000001-20260101T000000Z"]
    assert requests.open_requests() == []
    assert not (folder() / "ledger").exists()


def test_a_restored_warehouse_is_swept_again_before_anything_is_published(tmp_path: Path) -> None:
    backup = tmp_path / "backup.duckdb"
    shutil.copy(settings().warehouse_file, backup)
    erase()
    shutil.copy(backup, settings().warehouse_file)
    with pytest.raises(ErasureDue, match="1 erasures on record"):
        erasure.require_replayed()
    assert erasure.replay()["due"] == 1
    erasure.require_replayed()
    assert len(erasure.finish()) == 1
    assert files_with(settings().root, JANES) == []
    assert held("raw_zendesk.tickets", "id") == [2]


def test_with_nothing_due_nothing_is_done() -> None:
    erase()
    before = settings().warehouse_file.stat().st_ino
    assert erasure.replay()["due"] == 0
    assert erasure.finish() == []
    assert settings().warehouse_file.stat().st_ino == before


def test_once_erased_unknown_and_known_as_erased() -> None:
    (proof,) = erase()
    with pytest.raises(Unknown):
        erasure.preview(JANES)
    for who in (JANES, JANE, "zendesk:364000000001"):
        assert erasure.erased_before(who) == proof["request"]
    assert erasure.erased_before(BOBS) is None


@pytest.mark.parametrize(
    ("module", "name", "after"),
    [
        (requests, "keep", True),
        (Ledger, "add", True),
        (erasure, "sweep", False),
        (erasure, "sweep", True),
        (versions, "prune", True),
        (leftovers, "clean", True),
        (erasure, "rewrite", True),
        (requests, "close", False),
    ],
)
def test_broken_off_anywhere_the_next_run_completes_it(
    module: Any, name: str, after: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = getattr(module, name)

    def killed(*args: Any, **kwargs: Any) -> None:
        if after:
            real(*args, **kwargs)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(module, name, killed)
        with pytest.raises(KeyboardInterrupt):
            erase()
    erasure.replay()
    erasure.finish()
    assert requests.open_requests() == []
    assert files_with(settings().root, JANES) == []
    assert held("raw_zendesk.tickets", "id") == [2]


def test_versions_that_hold_the_person_go_and_others_stay() -> None:
    old, other, now = (f"v00000{n}-20260101T000000Z" for n in (1, 2, 3))
    published(old, holding=JANES)
    published(other, now)
    (proof,) = erase()
    assert proof["versions_removed"] == [old]
    assert sorted(p.name for p in versions.all_versions()) == [other, now]


def test_while_the_newest_version_holds_the_person_nothing_is_called_done() -> None:
    published("v000001-20260101T000000Z", holding=JANES)
    with pytest.raises(StillPublished, match="published/v000001"):
        erase()
    assert len(requests.open_requests()) == 1


def test_a_proof_that_fails_names_the_place() -> None:
    (settings().root / "notes.txt").write_text(f"call {JANES}")
    with pytest.raises(NotErased, match=r"notes\.txt: 1 times"):
        erase()
    (settings().root / "notes.txt").unlink()
    assert len(erasure.finish()) == 1


def test_names_in_the_texts_of_others_are_blanked_out() -> None:
    insert("raw_zendesk.tickets", id=3, requester_id=364000000002, subject="Ask Jane Roe!")
    erase()
    assert held("raw_zendesk.tickets", "subject") == ["Ask [erased]!", "help"]


def test_what_waits_in_the_landing_folder_is_cleared_too() -> None:
    from tests.connectors.test_erased import letter, put

    put("email", "1", messages=[letter("x", JANES, []), letter("y", BOBS, [])])
    erase()
    assert files_with(settings().landing, JANES) == []
    assert files_with(settings().landing, BOBS) != []


def test_dlt_forgets_the_keys_of_rows_that_went() -> None:
    from privacy.search import pack, packed_states

    seen = {"7": [1, "x"], "2": [1, "y"]}
    resources = {"tickets": {"seen": seen, "newest": "2026-01-01"}}
    state = {"sources": {"zendesk": {"resources": resources}}, "_state_version": 1}
    insert("raw_zendesk.tickets", id=7, requester_id=364000000001)
    local = settings().dlt / "zendesk_landing" / "state.json"
    remote = settings().landing / "zendesk" / "_dlt_pipeline_state" / "x.jsonl"
    for path in (local, remote):
        path.parent.mkdir(parents=True)
    local.write_text(json.dumps(state))
    remote.write_text(json.dumps({"state": pack(json.dumps(state)), "version": 1}) + "\n")
    erase()
    for text in (local.read_text(), packed_states(remote)[0]):
        kept = json.loads(text)["sources"]["zendesk"]["resources"]["tickets"]
        assert kept == {"seen": {"2": [1, "y"]}, "newest": "2026-01-01"}


def test_a_request_under_way_is_readable_by_its_owner_only_and_gone_after() -> None:
    request = erasure.register_request(customer=JANE)
    path = folder() / "requests" / f"{request}.json"
    assert path.stat().st_mode & 0o077 == 0
    assert isinstance(requests.read(request), Person)
    erasure.replay()
    erasure.finish()
    assert not path.exists()
    assert JANES not in erasure.proof_of(request).read_text()


def test_words_that_many_wrote_stay_in_the_drift_report() -> None:
    report = {"week": "2026-03-16", "channel": "all", "measure": "vocabulary", "texts": 200}
    report |= {"model_version": "x", "reference_texts": 1600, "is_alert": False}
    insert("ml.tagger_drift", **report, detail={"new": {"jane": 7, "rose": 9}})
    before = everything()["ml.tagger_drift"]
    erase()
    assert everything()["ml.tagger_drift"] == before


def test_what_is_to_be_delivered_or_came_back_goes_and_so_do_files_that_were() -> None:
    instant = "2026-06-30T00:00:00Z"
    with warehouse() as connection:
        for key, customer in (("k1", JANE), ("k2", BOB)):
            connection.execute(
                "insert into outreach.outbox values "
                "(?, 'crm', 'at_risk', ?, ?, ?, 'pending', 0, null, null, null, null, ?, '')",
                [key, customer, instant, instant, instant],
            )
            connection.execute(
                "insert into outreach.outcomes values ('csv', ?, ?, 'at_risk', ?, ?, 'done', null, "
                "?, null, 'Kim', ?, ?)",
                [key, key, customer, *[instant] * 4],
            )
        connection.execute(
            "insert into outreach.refused_outcomes values ('/a.csv', 2, ?, ?)",
            [f"status 'asked by {JANES}' is none of ours", instant],
        )
    folder_ = settings().deliveries / "calls"
    folder_.mkdir(parents=True)
    for name, address in (("one.csv", JANES), ("two.csv", BOBS)):
        (folder_ / name).write_text(f"Name,E-mail\nSomebody,{address}\n")
    erase()

    assert held("outreach.outbox", "customer_id") == [BOB]
    assert held("outreach.outcomes", "customer_id") == [BOB]
    [reason] = held("outreach.refused_outcomes", "reason")
    assert JANES not in reason
    assert [path.name for path in folder_.iterdir()] == ["two.csv"]
