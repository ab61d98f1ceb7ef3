"""`targets.yml`: what is wrong is told with its place; nothing is on unless somebody says so."""

from pathlib import Path

import pytest

from outreach.delivery.targets import FILE, BadTargets, read_targets, target_of
from warehouse.settings import settings

GOOD = "targets:\n  crm:\n    kind: webhook\n    fields: {id: '{customer_id}'}\n"


def written(text: str) -> Path:
    path = settings().root / "targets.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_the_file_that_comes_along_shows_every_kind_and_sends_nothing() -> None:
    shown = read_targets(FILE)

    assert shown.enabled == []
    assert {target.kind for target in shown.targets.values()} >= {
        *("xlsx", "salesforce_task", "hubspot_task", "zendesk_ticket", "zendesk_user"),
        *("slack", "email", "webhook"),
    }


def test_the_installations_own_file_stands_in_for_it() -> None:
    written(GOOD)

    assert list(read_targets().targets) == ["crm"]
    assert target_of("crm").connection_id == "heedline_crm"


def test_an_unknown_target_is_told_with_those_there_are() -> None:
    written(GOOD)
    with pytest.raises(BadTargets, match="no target 'crn'; there are crm"):
        target_of("crn")


def test_a_named_file_that_is_not_there_is_not_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEEDLINE_TARGETS", "/nonexistent/targets.yml")
    with pytest.raises(BadTargets, match="HEEDLINE_TARGETS"):
        read_targets()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("webhook", "fax"), "targets.crm: Input tag 'fax'"),
        (("{customer_id}", "{customer_iq}"), "targets.crm.webhook: .*no column 'customer_iq'"),
        (("{customer_id}", "{customer_id.__class__}"), "no column 'customer_id.__class__'"),
        (("{customer_id}", "{customer_id!r}"), "no column 'customer_id'"),
        (("{customer_id}", "{score:{band}}"), "cannot be written"),
        (("{customer_id}", "{customer_name:.0%}"), "customer_name cannot be written as '.0%'"),
        (("{customer_id}", "{customer_id"), "write {{ for a brace"),
        (("    kind", "    per_minute: 0\n    kind"), "targets.crm.webhook.per_minute: "),
        (("    kind", "    enabbled: true\n    kind"), "targets.crm.webhook.enabbled: Extra"),
        (("targets:", "tragets:"), "targets: Field required|tragets: Extra"),
        (("targets:", "targets: ["), "targets.yml: "),
        ((GOOD, "- a"), "targets.yml: "),
    ],
)
def test_what_is_wrong_is_told_with_its_place(change: tuple[str, str], said: str) -> None:
    written(GOOD.replace(*change))
    with pytest.raises(BadTargets, match=said):
        read_targets()


def test_a_digest_has_a_line_and_nothing_else() -> None:
    text = "targets:\n  s:\n    kind: slack\n    fields: {line: '{band}', extra: x}\n"
    written(text)
    with pytest.raises(BadTargets, match="one field `line`"):
        read_targets()
    written(
        text.replace(", extra: x", "").replace("    fields", "    title: '{email}'\n    fields")
    )
    with pytest.raises(BadTargets, match="a title can name count and as_of, not email"):
        read_targets()
