"""What every connector declares and how a wrong declaration is said."""

import pytest
from pydantic import BaseModel, ValidationError

from connectors.contract import Resource, first_problem


class Shelf(BaseModel):
    books: dict[str, list[int]]


@pytest.mark.parametrize(
    ("given", "keys", "says"),
    [
        ({"books": {"a": [1, "x"]}}, ["books", "a", "1"], "books.a.1: Input should be"),
        ({}, ["books"], "books: Field required"),
        ("no shelf", [], "Input should be"),
    ],
)
def test_the_first_problem_is_told_with_the_way_to_it(
    given: object, keys: list[str], says: str
) -> None:
    with pytest.raises(ValidationError) as found:
        Shelf.model_validate(given)
    told, problem = first_problem(found.value)
    assert told == keys
    assert problem.startswith(says)


def test_no_declared_column_stops_a_row_from_landing_not_even_a_key() -> None:
    hints = Resource(primary_key=("id",), columns={"id": "text", "n": "bigint"}).dlt_hints()
    assert hints["primary_key"] == ["id"]
    assert {name: column["nullable"] for name, column in hints["columns"].items()} == {
        "id": True,
        "n": True,
    }
