"""The acme company, built once for all who only read it."""

import os
import shutil
from pathlib import Path

import pytest
from filelock import FileLock

from outreach import prepare
from publish import publish
from runtime.semantic import Metrics
from tests.dbt_project.company_acme import acme
from tests.dbt_project.drop import AS_OF, build
from warehouse.duck import warehouse
from warehouse.settings import Settings

LEARNED = Path(__file__).with_name("acme_learned.sql")


@pytest.fixture(scope="session")
def acme_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose warehouse holds every mart of company_acme.py, with tags and links.

    One for all workers of a test run: who comes first builds it.
    """
    base = tmp_path_factory.getbasetemp()
    home = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "acme"
    with FileLock(f"{home}.lock"):
        if not home.exists():
            _build_acme(tmp_path_factory.mktemp("acme")).rename(home)
    return home


def _build_acme(home: Path) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HEEDLINE_HOME", str(home))
        acme().write()
        build(selectors=("unify",))
        with warehouse() as connection:
            connection.execute(LEARNED.read_text())
        build(selectors=("marts", "success"))
    return home


@pytest.fixture(scope="session")
def published(acme_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the acme company's home, with its marts published; the path is the home."""
    home = tmp_path_factory.mktemp("published") / "home"
    shutil.copytree(acme_home, home)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HEEDLINE_HOME", str(home))
        prepare(AS_OF)
        publish(AS_OF)
    return home


@pytest.fixture(scope="session")
def metrics(published: Path) -> Metrics:
    """The metrics of what was published."""
    return Metrics(Settings(home=published))


@pytest.fixture(scope="session")
def snapshot(published: Path) -> Path:
    """The published tables."""
    return published / "published" / "current" / "support.duckdb"
