"""The file of corrections: read with care, whatever a spreadsheet makes of it."""

import pytest

from ml.tagger.corrections import file
from ml.tagger.corrections.file import BadCorrection, Correction
from warehouse.settings import settings


@pytest.fixture(autouse=True)
def _home() -> None:
    settings().root.mkdir(parents=True, exist_ok=True)


def filled(*rows: dict[str, str]) -> list[Correction]:
    file.write(settings().corrections_file, [], rows)
    return file.read(settings().corrections_file)


def test_only_rows_in_which_somebody_said_something_count() -> None:
    said = filled(
        {"text_hash": "b", "topic": "Outage", "complaint": "TRUE", "own_topic": "Smart plugs"},
        {"text_hash": "c", "model_says": "negative"},
        {"text_hash": "A", "checked": "Yes"},
    )
    assert [(c.text_hash, c.is_checked, c.says) for c in said] == [
        ("a", True, {}),
        ("b", False, {"topic": "outage", "complaint": "yes", "own_topic": "Smart plugs"}),
    ]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"text_hash": "a", "topic": "billing"}, r"line 2: topic 'billing'; write billing_payment"),
        ({"text_hash": "a", "complaint": "maybe"}, "complaint 'maybe'; write yes, no"),
        ({"text_hash": "a", "checked": "perhaps"}, "write yes or leave it empty"),
        ({"text_hash": "", "topic": "outage"}, "text_hash is empty"),
        ({"text_hash": "a", "own_topic": "outage"}, "is built in"),
    ],
)
def test_what_cannot_be_read_names_line_and_remedy(row, message) -> None:
    with pytest.raises(BadCorrection, match=message):
        filled(row)


def test_one_text_has_one_row() -> None:
    with pytest.raises(BadCorrection, match=r"line 3: the text of line 2 again"):
        filled({"text_hash": "a", "topic": "outage"}, {"text_hash": "A", "checked": "yes"})


@pytest.mark.parametrize("separator", [";", "\t"])
def test_a_spreadsheets_own_csv_is_read(separator) -> None:
    lines = [separator.join(file.COLUMNS), separator.join(["a", *[""] * 5, "negative"])]
    settings().corrections_file.write_text("\ufeff" + "\n".join(lines))
    (said,) = file.read(settings().corrections_file)
    assert said.says == {"sentiment": "negative"}


def test_a_text_that_looks_like_a_formula_is_text() -> None:
    for _ in range(2):  # written again, it is quoted once
        filled({"text_hash": "a", "text": "=1+1", "topic": "outage"})
    rows = file.rows_of(settings().corrections_file)[1]
    file.write(settings().corrections_file, [], (row for _, row in rows))
    assert file.read(settings().corrections_file)[0].text == "'=1+1"
    assert settings().corrections_file.read_bytes().startswith(b"\xef\xbb\xbf")


def test_another_file_is_refused() -> None:
    settings().corrections_file.write_text("a,b\n1,2\n")
    with pytest.raises(BadCorrection, match="no column text_hash"):
        file.read(settings().corrections_file)
    settings().corrections_file.write_bytes(b"text_hash\n\xff\xfe")
    with pytest.raises(BadCorrection, match="UTF-8"):
        file.read(settings().corrections_file)
