"""Connections as Airflow writes them, read without Airflow's database."""

import pytest

from warehouse.credentials import Credentials, NoConnection, from_environment


@pytest.mark.parametrize(
    "text",
    [
        "https://me%40x.example:s%2Fcret@crm.example:8443/?scope=a",
        '{"conn_type": "https", "host": "crm.example", "port": 8443, "login": "me@x.example", '
        '"password": "s/cret", "extra": {"scope": "a"}}',
    ],
)
def test_an_address_and_json_say_the_same(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_HEEDLINE_CRM", text)

    assert from_environment("heedline_crm") == Credentials(
        base_url="https://crm.example:8443",
        login="me@x.example",
        password="s/cret",
        extra={"scope": "a"},
    )


def test_a_secret_is_not_shown() -> None:
    assert "s/cret" not in repr(Credentials(base_url="https://x.example", password="s/cret"))


def test_without_a_connection_the_message_names_the_variable() -> None:
    with pytest.raises(NoConnection, match="AIRFLOW_CONN_HEEDLINE_NOWHERE"):
        from_environment("heedline_nowhere")
