"""One customer over every channel: account, issues, timeline, consents, value, merges."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.dbt_project.company_view import ANNA, LEARNED, OLD, company
from tests.dbt_project.drop import build, query
from warehouse.duck import warehouse
from warehouse.settings import settings

Row = dict[str, Any]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HEEDLINE_HOME", str(tmp_path_factory.mktemp("view")))
        company().write()
        build(selectors=("unify",))
        with warehouse() as connection:
            connection.execute(LEARNED)
        build(selectors=("marts", "success"))
        yield settings().warehouse_file


def rows(file: Path, sql: str, *values: Any) -> list[Row]:
    with warehouse(read_only=True, path=file) as connection:
        cursor = connection.execute(sql, values)
        names = [column[0] for column in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


@pytest.fixture(scope="module")
def anna(file: Path) -> Row:
    (row,) = rows(file, "from marts.dim_customers where customer_id = ?", ANNA)
    return row


@pytest.fixture(scope="module")
def issues(file: Path) -> dict[str, Row]:
    found = rows(
        file,
        "select conversations.remote_id, issues.* from marts.fct_issues as issues "
        "inner join marts.fct_conversations as conversations "
        "on issues.issue_id = conversations.conversation_id",
    )
    return {row["remote_id"]: row for row in found}


def account_of(file: Path, remote_id: str) -> Row | None:
    found = rows(
        file,
        "select accounts.* from marts.dim_customer_contacts as records "
        "inner join marts.dim_customers as customers "
        "on records.customer_id = customers.customer_id "
        "inner join marts.dim_accounts as accounts on customers.account_id = accounts.account_id "
        "where records.remote_id = ?",
        remote_id,
    )
    return found[0] if found else None


def test_a_chat_a_call_and_a_mail_are_one_issue(issues: dict[str, Row]) -> None:
    issue = issues["i1"]
    assert set(issues) == {"i1", "i4"}
    assert issue["channels"] == "chatbot > phone > email"
    assert (issue["conversations"], issue["contacts"], issue["channel_switches"]) == (3, 3, 2)
    assert (issue["customer_id"], issue["topic"], issue["status"]) == (ANNA, "bill", "solved")
    # From the chat's opening: 50 hours to the call's answer, 100 to the mail's solving.
    assert issue["first_response_minutes"] == 50 * 60 + 0.5
    assert issue["resolution_minutes"] == 100 * 60
    assert (issue["agents"], issue["teams"], issue["team"]) == (1, 1, "Care")
    assert (issue["is_fcr"], issue["is_repeat_contact"], issue["is_pending"]) == (
        False,
        True,
        False,
    )


def test_an_unsolved_issue_is_neither_success_nor_failure_yet(issues: dict[str, Row]) -> None:
    issue = issues["i4"]
    assert (issue["status"], issue["is_solved"], issue["resolved_at"]) == ("open", False, None)
    assert (issue["is_fcr"], issue["is_pending"]) == (None, False)


def test_conversations_know_their_issue(file: Path) -> None:
    found = rows(
        file,
        "select remote_id, issue_id = md5('acme:i1') as is_first_issue, issue_contact_number, "
        "is_repeat_contact, is_fcr, account_id is not null as has_account "
        "from marts.fct_conversations order by remote_id",
    )
    assert {row["remote_id"]: tuple(row.values())[1:] for row in found} == {
        "i1": (True, 1, False, False, True),
        # Nobody knows that the call was about the bill: it is part of the issue and spoils nothing.
        "i2": (True, 2, False, True, True),
        "i3": (True, 3, True, True, True),
        "i4": (False, 1, False, None, True),
        # Lives on in i3, and counts there.
        "merged": (True, None, False, None, True),
        "spam": (None, None, False, None, True),
    }


def test_the_account_is_the_one_a_system_names_else_the_mail_domains(file: Path) -> None:
    named = account_of(file, "c-anna")
    assert named is not None
    assert (named["account_name"], named["basis"], named["segment"]) == (
        "Kestrel Legal",
        "crm",
        "mid",
    )
    by_domain = account_of(file, "c-ben")
    assert by_domain is not None
    assert by_domain["account_id"] == named["account_id"]


def test_a_domain_no_system_knows_makes_an_account(file: Path) -> None:
    shared, alone, said = (account_of(file, name) for name in ("c-new", "c-alone", "c-named"))
    assert shared is not None
    assert alone is not None
    assert said is not None
    assert (shared["basis"], shared["customers"], shared["account_name"]) == (
        "domain",
        2,
        "newfirm.example",
    )
    # The domain of one person alone may be their name.
    assert (alone["customers"], alone["account_name"]) == (1, None)
    assert said["account_name"] == "Paper Mill Ltd"


@pytest.mark.parametrize("contact", ["c-web", "c-free", "c-slip", "c-staff"])
def test_a_mail_providers_ours_or_a_mistyped_domain_is_no_account(file: Path, contact: str) -> None:
    assert account_of(file, contact) is None


def test_accounts_at_a_free_mail_domain_are_not_one(file: Path) -> None:
    found = query(file, "select account_name, domain from marts.dim_accounts where basis = 'crm'")
    assert set(found) >= {("Second", None), ("Third", None)}


def test_accounts_roll_up_their_customers(file: Path) -> None:
    account = account_of(file, "c-anna")
    assert account is not None
    # Anna, Ben, ten of Kestrel's and one who writes from elsewhere.
    assert (account["customers"], account["issues"], account["open_issues"]) == (13, 2, 1)
    assert (account["csat_answers"], account["csat"]) == (1, 0)
    assert (account["fcr_decided"], account["fcr"]) == (3, 2 / 3)
    assert (account["amount_per_month"], account["currency"]) == (20, "USD")
    (health,) = rows(file, "from marts.account_health where account_id = ?", account["account_id"])
    # Ben is likelier to leave but pays nothing.
    assert (health["customer_id"], health["score"], health["customers_red"]) == (ANNA, 0.8, 2)
    assert health["expected_loss_per_month"] == pytest.approx(16)


def test_preferences_follow_their_rules(anna: Row) -> None:
    assert anna["preferred_channel"] == "email"
    assert anna["language"] == "de"
    # A zone that nobody knows is no word.
    assert anna["time_zone"] == "Europe/Berlin"
    assert json.loads(anna["emails"]) == ["anna@kestrel.example", "anna@webmail.example"]
    assert json.loads(anna["phones"]) == ["+49 30 1234567", "030 1234567"]


def test_the_newest_word_wins_and_a_refusal_on_equal_dates(file: Path) -> None:
    found = query(
        file,
        "select purpose, status, remote_id, cast(stated_at as date)::varchar, statements "
        "from marts.customer_consents where customer_id = ? order by purpose",
        ANNA,
    )
    assert found == [
        ("do_not_contact", "refused", "c-anna-2", "2026-01-10", 1),
        ("marketing", "refused", "c-anna-2", "2026-01-10", 2),
        ("sms", "granted", "c-anna", "2026-02-01", 1),
    ]


def test_do_not_contact_carries_source_and_date(file: Path, anna: Row) -> None:
    assert anna["do_not_contact"] is True
    assert anna["do_not_contact_source"] == "acme"
    assert anna["do_not_contact_since"].isoformat() == "2026-01-10T12:00:00+00:00"
    # A flag that is not set, and a "no" to it, say nothing.
    assert query(
        file, "select do_not_contact from marts.dim_customers where customer_id = 'p-ben'"
    ) == [(False,)]


def test_lifetime_value_is_per_currency_and_counts_nothing_twice(file: Path, anna: Row) -> None:
    assert (anna["lifetime_value"], anna["lifetime_currency"]) == (100, "EUR")
    assert json.loads(anna["lifetime_values"]) == {"EUR": 100, "USD": 25}
    # An order without a status is a paid one.
    assert anna["orders"] == 3
    others = query(
        file,
        "select lifetime_value from marts.dim_customers "
        "where customer_id in (md5('acme:c-free'), md5('stripe:pays')) order by customer_id",
    )
    assert sorted(others, key=str) == [(99.0,), (None,)]


def test_the_timeline_has_everything_in_order(file: Path) -> None:
    found = rows(file, "select * from marts.customer_timeline where customer_id = ?", ANNA)
    assert [row["occurred_at"] for row in found] == sorted(row["occurred_at"] for row in found)
    kinds = {row["kind"] for row in found}
    assert kinds == {
        *("conversation_opened", "message", "note", "call", "status_change", "survey_response"),
        *("order", "subscription_started", "subscription_ended"),
        *("article_view", "article_search", "article_vote"),
    }
    said = {(row["kind"], row["summary"]) for row in found}
    assert ("message", "wrote about bill, negative") in said
    assert ("call", "inbound call answered, talked for 4.5 min") in said
    assert ("survey_response", "CSAT 2 of 5") in said
    assert ("order", "order of 10.00 EUR, paid") in said
    assert ("article_view", "read How to pay") in said
    assert ("article_search", "searched the help centre, results: 3") in said
    assert ("status_change", "new → solved") in said
    excluded = {row["excluded_reason"] for row in found if row["remote_id"] in {"merged", "spam"}}
    assert excluded == {"merged", "spam"}


def test_no_timeline_line_holds_words_or_addresses_of_customers(file: Path) -> None:
    text = " ".join(
        summary for (summary,) in query(file, "select summary from marts.customer_timeline")
    )
    for theirs in ("secret", "never again", "my parcel", "@", "Anna", "Kern", "1234567"):
        assert theirs not in text


def test_records_count_only_pairs_that_link(file: Path) -> None:
    found = query(
        file,
        "select remote_id, match_confidence, links, links_to_review "
        "from marts.dim_customer_contacts where remote_id in ('c-anna', 'c-anna-2', 'k1') "
        "order by remote_id",
    )
    assert found == [("c-anna", 0.99, 1, 1), ("c-anna-2", 0.97, 1, 0), ("k1", 1.0, 0, 0)]


def test_an_old_id_leads_to_the_one_in_use(file: Path) -> None:
    found = query(
        file,
        "select change, from_customer_id, customer_id from marts.customer_merges "
        "order by recorded_at",
    )
    assert found == [
        ("merge", OLD, ANNA),
        ("merge", "p-mid", ANNA),
        ("unmerge", ANNA, ANNA),
    ]
