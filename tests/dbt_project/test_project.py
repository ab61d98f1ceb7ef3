"""The project as a whole: it builds on anything or nothing, replays exactly, and stays portable."""

import re
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml

from connectors.contract import resources
from tests.dbt_project.drop import AS_OF, Company, build, query
from warehouse import dbt
from warehouse.duck import warehouse
from warehouse.settings import settings

PROJECT = dbt.PROJECT
STAGING = PROJECT / "models" / "staging"
# Spellings that another engine would not read; they belong in macros/portable.sql.
NOT_PORTABLE = re.compile(
    r"\b(unnest|generate_series|list_\w+|epoch_us|json_\w+extract\w*|regexp_matches|try_strptime)\s*\("
    r"|//|\bilike\b|::",
    re.IGNORECASE,
)
CLOCKS = re.compile(
    r"\b(current_(timestamp|date|time)|now|today|getdate|get_current_\w+|localtimestamp|random|uuid)\b\s*\(?",
    re.IGNORECASE,
)


def marts(file: Path) -> dict[str, pa.Table]:
    """Every mart with its rows in the order they are stored."""
    names = query(
        file, "select table_name from information_schema.tables where table_schema = 'marts'"
    )
    with warehouse(read_only=True, path=file) as connection:
        return {
            name: connection.sql(f"from marts.{name}").to_arrow_table() for (name,) in sorted(names)
        }


@pytest.fixture(scope="module")
def home(acme_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the acme company's home; later builds in a test start from it."""
    home = tmp_path_factory.mktemp("project") / "home"
    shutil.copytree(acme_home, home)
    return home


@pytest.fixture
def here(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work on the built company; the path is its warehouse file."""
    monkeypatch.setenv("HEEDLINE_HOME", str(home))
    return settings().warehouse_file


def project_file() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((PROJECT / "dbt_project.yml").read_text())
    return read


def test_source_entities_names_every_staging_model() -> None:
    found = {
        folder.name: {path.stem.split("__", 1)[1] for path in folder.glob("stg_*.sql")}
        for folder in STAGING.iterdir()
        if folder.is_dir()
    }
    listed = project_file()["vars"]["source_entities"]
    assert {source: set(entities) for source, entities in listed.items()} == found


def test_every_source_can_be_switched_off() -> None:
    folders = project_file()["models"]["heedline"]["staging"]
    # Mapped database tables are staged as the file drop.
    staged = {"file_drop": ("file_drop", "sql_database")}
    for source in project_file()["vars"]["source_entities"]:
        on = " or ".join(
            f"'{name}' in var('sources', [])" for name in staged.get(source, (source,))
        )
        assert folders[source]["+enabled"] == f"{{{{ {on} }}}}"


def test_models_keep_to_portable_sql() -> None:
    own = [*PROJECT.glob("models/intermediate/**/*.sql"), *PROJECT.glob("models/marts/**/*.sql")]
    assert own
    for path in [*own, *STAGING.glob("file_drop/*.sql")]:
        code = re.sub(r"--.*|\{#.*?#\}", "", path.read_text())
        assert not NOT_PORTABLE.search(code), f"{path.name}: {NOT_PORTABLE.search(code)}"
        sql = re.sub(r"\{[{%].*?[%}]\}", "", code, flags=re.DOTALL)
        assert '"' not in sql, f"{path.name} quotes an identifier"
        assert len(path.read_text().splitlines()) <= 105, f"{path.name} is long: split it"


def test_every_model_says_its_grain() -> None:
    described = {}
    for path in PROJECT.glob("models/**/*.yml"):
        for model in (yaml.safe_load(path.read_text()) or {}).get("models", []):
            described[model["name"]] = model.get("description", "")
    for path in PROJECT.glob("models/**/*.sql"):
        assert described.get(path.stem, "").startswith("One row per "), path.stem


def test_unit_tests_pass(here: Path) -> None:
    results = dbt.run("test", selector="unit", as_of=AS_OF, sources=["file_drop"])
    assert len(results) >= 5


def test_the_project_is_described_anew_when_it_was_read_anew_or_the_description_is_gone(
    here: Path,
) -> None:
    def described() -> int:
        dbt.run("seed", as_of=AS_OF, sources=["file_drop"])
        return dbt.manifest().stat().st_mtime_ns

    once = described()
    assert described() == once
    dbt.manifest().with_name("partial_parse.msgpack").touch()
    again = described()
    assert again > once
    dbt.manifest().unlink()
    assert described() > again


def test_no_model_reads_the_clock(here: Path) -> None:
    compiled = list((settings().dbt / "target" / "compiled").rglob("models/**/*.sql"))
    assert len(compiled) > 60
    for path in compiled:
        code = re.sub(r"--.*", "", path.read_text())
        assert not CLOCKS.search(code), f"{path.name}: {CLOCKS.search(code)}"


def test_the_same_as_of_gives_the_same_marts_in_any_session_zone(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = marts(here)
    monkeypatch.setenv("HEEDLINE_SESSION_TIME_ZONE", "America/New_York")
    build()
    after = marts(here)
    assert before.keys() == after.keys()
    for name, table in before.items():
        assert table.equals(after[name]), name


def test_an_earlier_as_of_knows_only_what_had_happened(here: Path) -> None:
    build(as_of=datetime(2026, 6, 1, 10, 15, tzinfo=UTC), selectors=("unify", "marts"))
    rows = query(
        here,
        "select status, first_response_minutes, resolution_minutes, turns, answered_turns "
        "from marts.fct_conversations where remote_id = 'turns'",
    )
    assert rows == [("open", 90.0, None, 2, 1)]
    assert query(
        here, "select count(*) from marts.fct_conversations where remote_id = 'young'"
    ) == [(0,)]
    # What happened later is on no timeline and in no issue.
    assert query(
        here,
        "select max(occurred_at) <= timestamptz '2026-06-01 10:15:00+00', count(*) > 0 "
        "from marts.customer_timeline",
    ) == [(True, True)]
    assert query(
        here,
        "select count(*) from marts.fct_issues "
        "where greatest(opened_at, first_response_at, resolved_at) "
        "> timestamptz '2026-06-01 10:15:00+00'",
    ) == [(0,)]
    # Solved later, by a row that had not changed yet.
    assert query(
        here, "select status from marts.fct_conversations where remote_id = 'half_holiday'"
    ) == [("solved",)]


def test_a_drop_folder_stands_alone(here: Path) -> None:
    dbt.run(
        "run", as_of=AS_OF, sources=["file_drop"], drop_folder="elsewhere",
        extra=("--select", "stg_file_drop__conversations loaded_conversations int_conversations"),
    )  # fmt: skip
    assert query(here, "select count(*) from intermediate.int_conversations") == [(0,)]


def test_another_drop_folder_reads_no_project_anew(here: Path) -> None:
    dbt.run("seed", as_of=AS_OF, sources=["file_drop"])
    read = set(dbt._projects)
    dbt.run("seed", as_of=AS_OF, sources=["file_drop"], drop_folder="elsewhere")
    assert set(dbt._projects) == read


def test_a_table_whose_build_fails_keeps_its_rows(here: Path) -> None:
    agents = "from marts.dim_agents order by agent_id"
    before = query(here, agents)
    with warehouse() as connection:
        connection.execute("update intermediate.int_agent_identities set agent_id = null")
    with pytest.raises(dbt.DbtFailed, match="NOT NULL"):
        dbt.run("run", as_of=AS_OF, sources=["file_drop"], extra=("--select", "dim_agents"))
    assert before
    assert query(here, agents) == before


def _empty_tables(source: str) -> None:
    """The raw tables a loader makes of `resources.yml` before any row came."""
    types = {"text": "varchar", "json": "varchar", "bool": "boolean"}
    with warehouse() as connection:
        connection.execute(f"create schema if not exists raw_{source}")
        for name, resource in resources(source).items():
            columns = [f'"{c}" {types.get(kind, kind)}' for c, kind in resource.columns.items()]
            columns += ["_load_id varchar", "_loaded_at timestamptz", "_row_hash varchar"]
            connection.execute(f"create table raw_{source}.{name} ({', '.join(columns)})")


EVERY_SOURCE = tuple(project_file()["vars"]["source_entities"])


@pytest.mark.parametrize("sources", [(), EVERY_SOURCE], ids=["none", "all_empty"])
def test_builds_on_nothing(sources: tuple[str, ...]) -> None:
    for source in sources:
        if source == "file_drop":
            Company().write()
        else:
            _empty_tables(source)
    build(sources=sources)
    file = settings().warehouse_file
    tables = marts(file)
    assert set(tables) == {path.stem for path in PROJECT.glob("models/marts/**/*.sql")}
    assert {name for name, table in tables.items() if table.num_rows} == {"kpi_scorecard"}
    assert query(
        file, "select count(value) from marts.kpi_scorecard where denominator is not null"
    ) == [(0,)]
