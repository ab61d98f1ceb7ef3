"""Messages are filled in SQL with a row's values, and with nothing else."""

import duckdb
import pytest

from warehouse.placeholders import filled, of_relation, wrong_in


def fill(text: str, **row: str | None) -> str:
    with duckdb.connect() as connection:
        columns = ", ".join(f"cast(${name} as varchar) as {name}" for name in row)
        said = filled("said.text", of_relation("mart", row))
        query = f"select {said} from (select {columns}) as mart, "
        [[found]] = connection.execute(
            query + "(select $text as text) as said", {**row, "text": text}
        ).fetchall()
    return str(found)


def test_values_take_the_places_of_their_names() -> None:
    text = "Hello {customer_name|there}, about {topic} at {account_name|yours}: {owner|us}."
    row = {"customer_name": " Ana ", "topic": "billing_payment", "owner": None}
    # The list has no column account_name.
    assert fill(text, **row) == "Hello Ana, about billing payment at yours: us."
    assert fill("Hi {customer_name}!", customer_name="") == "Hi !"


@pytest.mark.parametrize("name", ["{owner}", "{owner|x}", r"\1 \2 \\", "a|b}", "$1 %s 'x'"])
def test_what_a_customer_calls_themselves_fills_nothing_in(name: str) -> None:
    plain = name.translate(str.maketrans("{}\\", "   "))
    said = fill("{customer_name|there}/{owner}", customer_name=f"A{name}B", owner="Olga")
    assert said == f"A{plain}B/Olga"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{email}", "no placeholder {email}"),
        ("{customer_name!r}", "no placeholder"),
        ("{}", "no placeholder {}"),
        ("{owner", "brace"),
        ("owner}", "brace"),
        ("{owner|a|b}", None),
        ("no name at all", None),
    ],
)
def test_a_text_can_name_only_what_there_is(text: str, complaint: str | None) -> None:
    found = wrong_in(text)
    assert found is None if complaint is None else complaint in str(found)
