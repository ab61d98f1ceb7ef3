"""The metrics' definitions go out with the version whose tables they read."""

import json

import pytest

from publish import publish
from publish.marts import CannotPublish
from tests.publish.conftest import Company
from warehouse import dbt

pytestmark = pytest.mark.usefixtures("quick_report")


def test_the_definitions_read_the_tables_beside_them(company: Company) -> None:
    text = (publish(company.as_of).folder / "semantic_manifest.json").read_text()
    (model,) = json.loads(text)["semantic_models"]
    assert model["node_relation"]["relation_name"] == "main.dim_customers"


def test_another_definition_is_another_version_and_another_order_is_not(company: Company) -> None:
    path = dbt.manifest().with_name("semantic_manifest.json")
    manifest = json.loads(path.read_text())
    manifest["metrics"] = [{"name": "a"}, {"name": "b"}]
    path.write_text(json.dumps(manifest))
    publish(company.as_of)
    manifest["metrics"].reverse()
    path.write_text(json.dumps(manifest))
    assert publish(company.as_of).unchanged
    manifest["metrics"].pop()
    path.write_text(json.dumps(manifest))
    assert not publish(company.as_of).unchanged


def test_grouping_by_personal_data_stops_the_publish(company: Company) -> None:
    company.measure("dim_customers", groups=("segment", "email"))
    with pytest.raises(CannotPublish, match=r"customers names what main.dim_customers does not"):
        publish(company.as_of)


def test_metrics_on_what_is_no_mart_stop_the_publish(company: Company) -> None:
    path = dbt.manifest().with_name("semantic_manifest.json")
    path.write_text(path.read_text().replace('"marts"', '"intermediate"'))
    with pytest.raises(CannotPublish, match="which is not published"):
        publish(company.as_of)
    path.unlink()
    with pytest.raises(CannotPublish, match="no semantic manifest"):
        publish(company.as_of)
