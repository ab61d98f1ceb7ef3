"""A file that people filled in: what is taken, what is refused and what they are told."""

import csv
import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

import heedline
from commands.console import CommandFailed
from outreach.lists import NoList
from outreach.outcomes import BadOutcomes, read_file, write_template
from outreach.statuses import STATUSES
from tests.outreach.company import AS_OF, Company
from warehouse.clock import iso

NOW = AS_OF + timedelta(days=20)


@pytest.fixture
def ids(company: Company) -> dict[str, str]:
    """Entry ids of three customers who are on the list, and d held out of it."""
    company.rules["holdout"] = {"share": 0.3, "salt": "test"}
    company.candidates(**{f"c{n}": 0.9 - n / 100 for n in range(12)})
    company.prepare()
    return dict(company.entries("customer_id, entry_id"))


def write(path: Path, *rows: dict[str, Any], header: str = "") -> Path:
    names = header.split() or list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, names, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def row(entry_id: str, status: str = "done", done_at: str = "2026-07-02", **more: str) -> Any:
    return {"entry_id": entry_id, "status": status, "done_at": done_at, **more}


def kept(company: Company, columns: str = "customer_id, status, acted_at") -> list[Any]:
    return company.read(f"select {columns} from outreach.outcomes order by all")


def test_what_was_done_is_kept_with_whose_it_was(
    company: Company, ids: dict[str, str], tmp_path: Path
) -> None:
    who, entry_id = next(iter(ids.items()))
    said = row(entry_id, "Not reached", "2026-07-02T10:00+02:00", done_how="Phone", done_by="Kim")
    done = read_file(write(tmp_path / "a.csv", said, row("", "")), NOW)

    assert (done.counts, done.refused) == ({"new": 1, "empty": 1}, [])
    found = kept(
        company,
        "source, reference, entry_id, list, customer_id, status, strftime(acted_at, '%H:%M'), "
        "action, acted_by",
    )
    assert found == [
        ("csv", entry_id, entry_id, "at_risk", who, "not_reached", "08:00", "phone", "Kim")
    ]


def test_the_same_file_again_changes_nothing(
    company: Company, ids: dict[str, str], tmp_path: Path
) -> None:
    path = write(tmp_path / "a.csv", *(row(one) for one in ids.values()))
    read_file(path, NOW)
    before = kept(company, "*")
    again = read_file(path, NOW + timedelta(days=1))

    assert again.counts == {"same": len(ids)}
    assert kept(company, "*") == before


def test_the_newest_holds_in_whatever_order_files_come(
    company: Company, ids: dict[str, str], tmp_path: Path
) -> None:
    """Random rows about three entries, ties and repeats among them, dealt into files at random."""
    chance = random.Random(7)
    few = list(ids.values())[:3]
    rows = [
        row(
            chance.choice(few),
            chance.choice(STATUSES),
            f"2026-07-0{chance.randint(1, 5)}",
            done_by=chance.choice(["", "Kim", "Lee"]),
        )
        for _ in range(40)
    ]
    results = set()
    for _ in range(4):
        company.run("delete from outreach.outcomes")
        chance.shuffle(rows)
        total = 0
        for first in range(0, len(rows), 10):
            done = read_file(write(tmp_path / "part.csv", *rows[first : first + 10]), NOW)
            total += sum(done.counts.values()) + len(done.refused)
        assert total == len(rows)
        results.add(str(kept(company, "entry_id, status, acted_at, acted_by")))
    assert len(results) == 1
    newest = {one: max(r["done_at"] for r in rows if r["entry_id"] == one) for one in few}
    days = "select entry_id, left(acted_at::varchar, 10) from outreach.outcomes"
    assert dict(company.read(days)) == newest


def test_older_news_of_an_entry_is_counted_and_left(
    company: Company, ids: dict[str, str], tmp_path: Path
) -> None:
    one = next(iter(ids.values()))
    read_file(write(tmp_path / "a.csv", row(one, "done", "2026-07-05")), NOW)
    older = read_file(write(tmp_path / "b.csv", row(one, "in_progress", "2026-07-03")), NOW)
    newer = read_file(write(tmp_path / "c.csv", row(one, "open", "2026-07-06")), NOW)

    assert (older.counts, newer.counts) == ({"older": 1}, {"changed": 1})
    assert [status for (status,) in kept(company, "status")] == ["open"]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"entry_id": "nobody"}, "no list has an entry 'nobody'; copy entry_id from the list"),
        ({"entry_id": ""}, "entry_id is empty"),
        ({"status": "won"}, "status 'won' is none of open, in_progress, not_reached, dismissed"),
        ({"done_at": "02.07.2026"}, "done_at '02.07.2026' is no instant; write it like"),
        ({"done_at": ""}, "done_at '' is no instant"),
        ({"done_at": "2026-08-02"}, "done_at 2026-08-02 is still to come"),
        ({"done_at": "2025-07-02"}, "is before the customer came onto the list (2026-06-30"),
        ({"done_how": "fax"}, "done_how 'fax' is none of phone, email"),
        ({"done_by": "called, said that " * 5}, "done_by takes a name of up to 80 characters"),
    ],
)
def test_a_wrong_row_is_refused_with_its_line_and_the_others_are_taken(
    company: Company, ids: dict[str, str], tmp_path: Path, wrong: dict[str, str], told: str
) -> None:
    good, bad = list(ids.values())[:2]
    path = write(tmp_path / "a.csv", row(good), {**row(bad), **wrong})
    done = read_file(path, NOW)

    [(line, reason)] = done.refused
    assert line == 3
    assert told in reason
    assert done.counts == {"new": 1}
    refused = company.read("select file, line, reason from outreach.refused_outcomes")
    assert refused == [(str(path), 3, reason)]

    write(path, row(good), row(bad))
    assert read_file(path, NOW).counts == {"same": 1, "new": 1}
    assert company.read("from outreach.refused_outcomes") == []


def test_of_two_rows_of_an_entry_the_older_is_refused_and_names_the_other(
    company: Company, ids: dict[str, str], tmp_path: Path
) -> None:
    one, two = list(ids.values())[:2]
    path = write(
        tmp_path / "a.csv",
        *(row(one, "done", "2026-07-05"), row(one, "not_reached", "2026-07-03")),
        *(row(two, "done"), row(two, "done")),
    )
    assert read_file(path, NOW).refused == [
        (3, "line 2 says something newer of this entry; take one out"),
        (4, "line 5 says the same of this entry; take one out"),
    ]
    assert [status for (status,) in kept(company, "status")] == ["done", "done"]


def test_an_entry_is_found_by_list_customer_and_as_of_and_who_was_held_out_has_none(
    company: Company, ids: dict[str, str], tmp_path: Path
) -> None:
    who = next(iter(ids))
    held = next(f"c{n}" for n in range(12) if f"c{n}" not in ids)
    said = {"list": "at_risk", "as_of": iso(AS_OF), "status": "done", "done_at": "2026-07-01"}
    path = write(tmp_path / "a.csv", {**said, "customer_id": who}, {**said, "customer_id": held})
    done = read_file(path, NOW)

    assert [customer for (customer,) in kept(company, "customer_id")] == [who]
    [(line, reason)] = done.refused
    assert (line, "held out" in reason) == (3, True)


def test_a_dry_run_tells_and_keeps_nothing(
    company: Company, ids: dict[str, str], tmp_path: Path
) -> None:
    path = write(tmp_path / "a.csv", row(next(iter(ids.values()))), row("nobody"))
    done = read_file(path, NOW, dry_run=True)

    assert (done.counts, len(done.refused)) == ({"new": 1}, 1)
    assert kept(company) == []
    assert company.read("from outreach.refused_outcomes") == []


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("entry_id status", "line 1: no column done_at"),
        ("customer_id status done_at", "line 1: no column entry_id"),
    ],
)
def test_a_file_without_the_columns_it_needs_is_refused_whole(
    ids: dict[str, str], tmp_path: Path, header: str, told: str
) -> None:
    with pytest.raises(BadOutcomes, match=told):
        read_file(write(tmp_path / "a.csv", header=header), NOW)


def test_two_columns_of_one_name_are_refused(ids: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Entry id;Status;Done at;status\n")
    with pytest.raises(BadOutcomes, match="two columns are called status"):
        read_file(path, NOW)


def test_before_the_first_list_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NoList, match="`heedline run` makes one"):
        read_file(write(tmp_path / "a.csv", row("x")), NOW)


def test_a_template_is_filled_in_and_read_as_a_spreadsheet_saves_it(
    company: Company, ids: dict[str, str], tmp_path: Path
) -> None:
    read_file(write(tmp_path / "first.csv", row(next(iter(ids.values())))), NOW)
    path = tmp_path / "fill.csv"
    assert write_template(path) == len(ids) - 1
    assert path.stat().st_mode & 0o077 == 0
    with pytest.raises(BadOutcomes, match="is there already"):
        write_template(path)
    with pytest.raises(NoList, match="no list 'growth' was made"):
        write_template(tmp_path / "other.csv", "growth")

    with path.open(encoding="utf-8-sig") as file:
        filled = list(csv.DictReader(file))
    assert filled[0]["customer_name"].startswith("Name of c")
    said = {"status": "done", "done_at": "2026-07-01"}
    lines = [";".join(filled[0]), *(";".join({**row, **said}.values()) for row in filled)]
    path.write_text("\n".join(lines), encoding="utf-8-sig")
    assert read_file(path, NOW).counts == {"new": len(ids) - 1}


def run(*arguments: str) -> Result:
    return CliRunner().invoke(heedline.app, ["outcomes", *arguments])


def test_the_command_tells_counts_and_lines_and_fails_when_a_row_was_refused(
    company: Company, ids: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("commands.outcomes.wall_now", lambda: NOW)
    assert "`heedline outcomes template FILE`" in run().output
    one, two = list(ids.values())[:2]
    path = write(tmp_path / "a.csv", row(one), row(two, "won"))
    failed = run("import", str(path))

    assert isinstance(failed.exception, CommandFailed)
    assert "1 rows were not taken; mend them" in str(failed.exception)
    assert f"{path}: 1 new" in failed.output
    assert f"{path}, line 3: status 'won' is none of" in failed.output
    write(path, row(one), row(two, "open"))
    again = run("import", str(path), "--dry-run")
    assert again.exit_code == 0
    assert "1 new, 1 known already (nothing was kept: dry run)" in again.output
    assert run().output.splitlines()[1].split()[:4] == ["at_risk", "csv", "done", "1"]
