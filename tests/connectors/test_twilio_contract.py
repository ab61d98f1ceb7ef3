"""Twilio's own description of its API allows every request that we make, and knows what we read."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from dlt.sources.helpers.rest_client.auth import HttpBasicAuth

from connectors.contract import Credentials, resources
from connectors.http import Http, Policy, Refused
from connectors.twilio.source import API, source
from tests.connectors.prism import SPECS, prism
from tests.connectors.slices import extract, load

SPEC = "twilio/twilio_api_v2010.json"
ACCOUNT = "AC" + 32 * "0"
SCHEMAS = {
    "calls": "api.v2010.account.call",
    "recordings": "api.v2010.account.recording",
    "transcriptions": "api.v2010.account.transcription",
}


def _lists(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for name in SCHEMAS:
        path = f"{API}/{{AccountSid}}/{name.capitalize()}.json"
        yield document["paths"][path]["get"]


def as_documented(document: dict[str, Any]) -> None:
    """Where the description is at odds with itself, and where Prism, which keeps no state, is.

    It words the filters by day as `YYYY-MM-DD`, and calls their form a time. The example that is
    answered would name a next page for ever.
    """
    for listing in _lists(document):
        for parameter in listing["parameters"]:
            if parameter["name"] in {"StartTime>", "DateCreated>"}:
                parameter["schema"]["format"] = "date"
        content = listing["responses"]["200"]["content"]["application/json"]
        full = next(v for k, v in content["examples"].items() if k.startswith("readFull"))
        full["value"]["next_page_uri"] = None
        content["examples"] = {"full": full}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with prism(SPEC, tmp_path_factory.mktemp("twilio"), as_documented) as served:
        yield served


def test_whole_pull_is_asked_as_described_and_what_is_described_passes_the_gate(
    address: str,
) -> None:
    there = Credentials(base_url=address, login=ACCOUNT, password="any")
    landed = extract("twilio", source(there, start_at="2008-01-01T00:00:00Z"))
    assert landed.keys() == SCHEMAS.keys()
    accounts = load("twilio")
    quarantined = {name: account.quarantined for name, account in accounts.items()}
    assert quarantined == dict.fromkeys(SCHEMAS, 0)


def test_description_judges(address: str) -> None:
    path = f"{API}/{ACCOUNT}/Calls.json"
    auth = HttpBasicAuth(ACCOUNT, "any")
    http = Http("twilio", address, auth=auth, policy=Policy(attempts=1))
    with pytest.raises(Refused, match="HTTP 4"):
        http.get(path, params={"PageSize": 1001})
    with pytest.raises(Refused, match="HTTP 4"):
        http.get(path.replace(ACCOUNT, "AC1"))
    with pytest.raises(Refused, match="HTTP 401"):
        Http("twilio", address, policy=Policy(attempts=1)).get(path)


@pytest.mark.parametrize("name", SCHEMAS)
def test_columns_are_described(name: str) -> None:
    if not (SPECS / SPEC).exists():
        pytest.skip("needs the vendor's spec")
    described = json.loads((SPECS / SPEC).read_text())["components"]["schemas"]
    columns = {
        column
        for column in resources("twilio")[name].columns
        if not column.endswith(("_iso", "_party")) and column != "caller_text"
    }
    assert columns <= described[SCHEMAS[name]]["properties"].keys()
