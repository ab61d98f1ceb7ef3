"""HubSpot's own description of its 2026-03 API allows every CRM request that we make."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from dlt.sources.helpers.rest_client.auth import BearerTokenAuth

from connectors.contract import SourceError
from connectors.http import Http, Policy
from connectors.hubspot.crm import VERSION, Crm
from connectors.hubspot.properties import HISTORY, STANDARD
from tests.connectors.prism import prism

KINDS = {
    "contacts": "contacts",
    "companies": "companies",
    "tickets": "tickets",
    "feedback_submissions": "feedbackSubmissions",
}


def described(name: str, folder: Path) -> AbstractContextManager[str]:
    return prism(f"hubspot/{name}-{VERSION}.json", folder)


def signed_in(address: str) -> Http:
    return Http("hubspot", address, auth=BearerTokenAuth("pat-any"), policy=Policy(attempts=1))


def allowed(ask: Callable[[], Any]) -> None:
    """The request passes: what is wrong, if anything, is the answer, which is made up (null)."""
    with pytest.raises(SourceError, match="answer has no list 'results'"):
        ask()


@pytest.mark.parametrize(("kind", "name"), KINDS.items())
def test_objects_are_asked_for_as_described(kind: str, name: str, tmp_path: Path) -> None:
    with described(name, tmp_path) as address:
        http = signed_in(address)
        crm, names = Crm(http), STANDARD[kind]
        allowed(lambda: crm.newest(kind))
        allowed(lambda: list(crm.changed(kind, names, 0, 1)))
        allowed(lambda: list(crm.archived(kind, names)))
        allowed(lambda: crm.read(kind, ["1"], names, HISTORY))
        # The description is a judge. (Prism cannot word HubSpot's refusals: it answers 500.)
        with pytest.raises(SourceError, match="HTTP 500"):
            http.get(f"crm/objects/{VERSION}/{kind}/search", method="POST", json={"limit": "all"})
        with pytest.raises(SourceError, match="HTTP 500"):
            Crm(Http("hubspot", address, policy=Policy(attempts=1))).newest(kind)


def test_links_and_pipelines_are_asked_for_as_described(tmp_path: Path) -> None:
    with described("associations", tmp_path) as address:
        crm = Crm(signed_in(address))
        allowed(lambda: crm.linked("tickets", "contacts", ["1"]))
    with described("pipelines", tmp_path) as address:
        path = f"crm/pipelines/{VERSION}/tickets"
        allowed(lambda: list(signed_in(address).pages(path, "results")))
