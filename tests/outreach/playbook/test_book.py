"""A playbook is read whole or refused, with the line that is wrong."""

from pathlib import Path

import pytest

from outreach.playbook import BadPlaybook, read_playbook
from outreach.playbook.book import FILE

GOOD = """\
plays:
  - name: first
    description: Do it.
    any: [cancel_requested]
    owner: lead
    channels: [phone]
    due: {business_hours: 4}
    message: words
default:
  name: check_in
  description: Ask.
  owner: lead
  channels: [email, phone]
  due: {days: 2}
  message: words
messages:
  words: Hello {customer_name|there}
"""


def read(tmp_path: Path, text: str) -> None:
    (tmp_path / "playbook.yml").write_text(text)
    read_playbook(tmp_path / "playbook.yml")


def test_the_one_that_comes_along_covers_every_list_and_ends_in_a_default() -> None:
    book = read_playbook()
    assert {list_ for play in book.plays for list_ in play.lists} == {
        "at_risk",
        "growth",
        "incident",
    }
    assert len(book.plays) >= 12
    assert book.default.is_open


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("{customer_name|there}", "{phone}", r"yml:17: messages.words: .*no placeholder {phone}"),
        ("{customer_name|there}", "{owner", "brace"),
        ("Hello {customer_name|there}", "write to ann@acme.example", "e-mail address"),
        ("Hello {customer_name|there}", "' '", "empty"),
        ("message: words\ndefault", "message: word\ndefault", "yml:8: plays.0.message: no mess"),
        ("name: check_in", "name: first", "first is there twice"),
        ("[email, phone]", "[email]", "yml:9: default: has to fit everybody"),
        ("any: [cancel_requested]", "any: [x]\n    sinks: 1", "sinks"),
        ("[phone]", "[pigeon]", "plays.0.channels.0"),
        ("{business_hours: 4}", "{business_hours: 4, days: 1}", "one of them"),
        ("{business_hours: 4}", "{}", "one of them"),
        ("    any", "    values: {nps_last: {}}\n    any", "at_least"),
        ("messages:", "messages:\n  spare: Hello", "yml:17: messages.spare: no play names it"),
        ("plays:", "plays: [", "not YAML"),
    ],
)
def test_what_cannot_be_followed_is_named(
    tmp_path: Path, old: str, new: str, complaint: str
) -> None:
    read(tmp_path, GOOD)
    assert old in GOOD
    with pytest.raises(BadPlaybook, match=complaint):
        read(tmp_path, GOOD.replace(old, new, 1))


def test_a_companys_own_stands_in_its_home_or_where_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEEDLINE_HOME", str(tmp_path))
    assert read_playbook() == read_playbook(FILE)
    (tmp_path / "playbook.yml").write_text(GOOD)
    assert [play.name for play in read_playbook().in_order] == ["first", "check_in"]
    monkeypatch.setenv("HEEDLINE_PLAYBOOK", str(tmp_path / "gone.yml"))
    with pytest.raises(BadPlaybook, match=r"gone.yml \(HEEDLINE_PLAYBOOK\) is not there"):
        read_playbook()
