"""Every mart has a suite, and every suite names columns that its mart declares."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
SUITES = {path.stem: path for path in (ROOT / "expectations/suites/marts").glob("*.json")}
MARTS: dict[str, dict[str, Any]] = {
    model["name"]: model
    for path in (ROOT / "dbt_project/models/marts").rglob("*.yml")
    for model in yaml.safe_load(path.read_text()).get("models", [])
}


def test_every_mart_is_gated_but_views_whose_tables_are() -> None:
    views = {
        path.stem
        for path in (ROOT / "dbt_project/models/marts").rglob("*.sql")
        if 'materialized="view"' in path.read_text()
    }
    assert views == {"kpi_evidence", "kpi_levels_daily"}
    assert set(SUITES) == set(MARTS) - views


@pytest.mark.parametrize("mart", sorted(SUITES))
def test_a_suite_names_declared_columns_and_says_why(mart: str) -> None:
    declared = {column["name"] for column in MARTS[mart]["columns"]}
    for expectation in json.loads(SUITES[mart].read_text())["expectations"]:
        named = {
            v for k, v in expectation["kwargs"].items() if k in {"column", "column_A", "column_B"}
        }
        assert named <= declared, expectation
        assert expectation["meta"]["notes"]


@pytest.mark.parametrize("mart", sorted(MARTS))
def test_columns_that_name_a_person_are_marked(mart: str) -> None:
    """Whatever a mart calls so is personal data; publish keeps such columns from leaders."""
    personal = {
        *("customer_name", "given_name", "surname", "email", "emails", "phone", "phones"),
        *("date_of_birth", "address", "postcode", "body", "comment"),
    }
    for column in MARTS[mart]["columns"]:
        if column["name"] in personal:
            meta = (column.get("config") or {}).get("meta") or column.get("meta") or {}
            assert meta.get("personal_data") is True, f"{mart}.{column['name']}"
