"""The success team's files open in a spreadsheet as they are."""

import csv
from pathlib import Path

from publish.success import write_csv


def test_names_survive_quotes_commas_and_accents(tmp_path: Path) -> None:
    rows = [('Zoë "Zo", Müller\nSecond line', None)]
    write_csv(tmp_path / "list.csv", ["name", "email"], rows)

    assert (tmp_path / "list.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    with (tmp_path / "list.csv").open(encoding="utf-8-sig", newline="") as stream:
        assert list(csv.DictReader(stream)) == [{"name": rows[0][0], "email": ""}]


def test_a_name_that_looks_like_a_formula_is_text(tmp_path: Path) -> None:
    write_csv(tmp_path / "list.csv", ["name"], [("=1+1",)])
    assert (tmp_path / "list.csv").read_text(encoding="utf-8-sig").split() == ["name", "'=1+1"]
