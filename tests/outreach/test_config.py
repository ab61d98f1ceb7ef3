"""`lists.yml`: what can be said, and where a mistake is."""

import pytest

from outreach.config import FILE, BadLists, read_lists
from warehouse.settings import settings

LEAST = "fallback_owner: Success\nlists:\n  at_risk: {capacity: 5, chance_to_help: 0.2}\n"


def own(text: str) -> None:
    settings().lists_file.parent.mkdir(parents=True, exist_ok=True)
    settings().lists_file.write_text(text)


def test_the_built_in_file_holds_out_a_tenth_and_only_notices_are_no_sales() -> None:
    file = read_lists()

    assert file.holdout.share == 0.10
    assert [name for name, rules in file.lists.items() if rules.service] == ["incident"]
    assert next(iter(file.lists)) == "at_risk"


def test_a_companys_own_file_replaces_it() -> None:
    own(LEAST)
    assert read_lists().lists["at_risk"].capacity == 5
    assert read_lists().lists["at_risk"].cooldown_days == 30
    own(FILE.read_text())
    assert read_lists().lists["at_risk"].capacity == 50


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            LEAST + "  growth: {capacity: 0, chance_to_help: 1}\n",
            r"lists\.yml:4: lists\.growth\.cap",
        ),
        (LEAST + "holdout:\n  share: 1.0\n", r"lists\.yml:5: holdout\.share"),
        (LEAST.replace("0.2", "20"), r"lists\.yml:3: lists\.at_risk\.chance_to_help"),
        (LEAST + "cooldown: 3\n", r"lists\.yml:4: cooldown: Extra inputs"),
        (LEAST + "exchange_rates: {usd: 0.9}\n", r"lists\.yml:4: exchange_rates\.usd"),
        (LEAST + "exchange_rates: {USD: 0}\n", r"lists\.yml:4: exchange_rates\.USD"),
        (LEAST.replace("at_risk", "growth"), "the list at_risk is missing"),
        (LEAST.replace("at_risk", "x; drop"), "should match pattern"),
        ("lists: [", "not YAML"),
    ],
)
def test_a_mistake_is_told_with_its_line(text: str, problem: str) -> None:
    own(text)
    with pytest.raises(BadLists, match=problem):
        read_lists()


def test_a_file_that_is_named_and_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEEDLINE_LISTS", "/nonexistent/lists.yml")
    with pytest.raises(BadLists, match="HEEDLINE_LISTS"):
        read_lists()
