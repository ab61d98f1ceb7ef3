"""What people decide in a file: read with care, refused with the line and the remedy."""

import pytest

from ml.identity.decisions import COLUMNS, BadDecision, read_decisions

A, B, C, D = (("zendesk", name) for name in "abcd")


@pytest.fixture
def write(tmp_path):
    """Writes rows of (decision, left, right) and gives the file."""
    path = tmp_path / "identity_decisions.csv"

    def to_file(*rows, header=COLUMNS, separator=","):
        lines = [separator.join(header)]
        lines += [
            separator.join([word, *left, *right, "kim", "2026-06-30", ""])
            for word, left, right in rows
        ]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8-sig")
        return path

    return to_file


def test_no_file_decides_nothing(tmp_path) -> None:
    assert read_decisions(tmp_path / "none.csv") == []


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_link_and_never_are_read_the_smaller_contact_first(write, separator) -> None:
    path = write(("LINK", B, A), ("never", A, C), ("", C, D), separator=separator)
    found = [(s.left, s.right, s.link, s.line) for s in read_decisions(path)]
    assert found == [(A, B, True, 2), (A, C, False, 3)]


def test_saying_the_same_twice_is_saying_it_once(write) -> None:
    assert len(read_decisions(write(("link", A, B), ("link", B, A)))) == 1


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([("yes", A, B)], r"decisions.csv, line 2: decision 'yes'; write link, never"),
        ([("link", A, ("zendesk", ""))], "line 2: right_remote_id is empty"),
        (
            [("link", A, ("zendesk", "3.64E+11"))],
            "line 2: right_remote_id 3.64E.11 is a number a spread",
        ),
        ([("link", A, A)], "line 2: left and right are the same contact"),
        ([("link", A, B), ("never", B, A)], "line 3: says never where line 2 says the opposite"),
        (
            [("link", A, B), ("link", C, D), ("link", B, C), ("never", A, D)],
            r"line 5: says never, but the link rows \(lines 2, 3, 4\)",
        ),
    ],
)
def test_what_cannot_be_followed_is_refused_with_its_line(write, rows, message) -> None:
    with pytest.raises(BadDecision, match=message):
        read_decisions(write(*rows))


def test_a_chain_of_links_beside_a_never_is_no_contradiction(write) -> None:
    assert len(read_decisions(write(("link", A, B), ("never", B, C), ("link", C, D)))) == 3


def test_a_missing_column_is_named_with_the_header_to_write(write) -> None:
    with pytest.raises(
        BadDecision, match=r"line 1: no column right_remote_id.*decision,left_source"
    ):
        read_decisions(write(header=[n for n in COLUMNS if n != "right_remote_id"]))


def test_a_file_in_another_encoding_says_how_to_save_it(tmp_path) -> None:
    path = tmp_path / "identity_decisions.csv"
    path.write_bytes(
        ",".join(COLUMNS).encode() + b"\nlink,zendesk,1,email,m\xfcller@x.example,,,\n"
    )
    with pytest.raises(BadDecision, match="CSV UTF-8"):
        read_decisions(path)
