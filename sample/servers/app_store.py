"""App Store Connect on loopback: customer reviews of an app, as its JSON:API lists them.

Pages by a cursor in `links.next`, newest first, our response in `included` when it is asked for,
ES256 tokens checked as Apple does. Not part of Fernhill: a test fills a `Store`.
"""

import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

ISSUER, KEY_ID = "57246542-96fe-1a63-e053-0824d011072a", "SAMPLE2X9R"
Row = dict[str, Any]


def new_key() -> ec.EllipticCurvePrivateKey:
    """A private key as App Store Connect hands one out."""
    return ec.generate_private_key(ec.SECP256R1())


def pem(key: ec.EllipticCurvePrivateKey) -> str:
    """The text of a .p8 file."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


@dataclass
class Store:
    """The reviews of each app, by id. Change them between two runs as people would.

    Attributes:
        miscounted: added to the total that the list tells.
        asked: query of every list request.
    """

    apps: dict[str, dict[str, Row]] = field(default_factory=dict)
    key: ec.EllipticCurvePrivateKey = field(default_factory=new_key)
    miscounted: int = 0
    asked: list[Row] = field(default_factory=list)

    def put(self, app_id: str, id_: str, at: str, **attributes: Any) -> None:
        own = {"rating": 3, "title": "So so", "body": "It works", "reviewerNickname": "ann"}
        made = {**own, "createdDate": at, "territory": "USA", **attributes}
        self.apps.setdefault(app_id, {})[id_] = {"attributes": made, "response": None}

    def respond(self, app_id: str, id_: str, text: str, at: str) -> None:
        made = {"responseBody": text, "lastModifiedDate": at, "state": "PUBLISHED"}
        self.apps[app_id][id_]["response"] = {"id": f"response-{id_}", "attributes": made}

    def accepts(self, header: str) -> bool:
        """Whether a token is signed with the key, for this API, and for 20 minutes at most."""
        try:
            token = header.removeprefix("Bearer ")
            claims = jwt.decode(
                token, self.key.public_key(), algorithms=["ES256"], audience="appstoreconnect-v1",
                options={"require": ["exp", "iat"]},
            )  # fmt: skip
        except jwt.PyJWTError:
            return False
        short = claims["exp"] - time.time() <= 1200
        named = jwt.get_unverified_header(token).get("kid") == KEY_ID
        return short and named and (claims.get("iss") == ISSUER or claims.get("sub") == "user")


def app(store: Store) -> FastAPI:
    """The server."""
    api = FastAPI(openapi_url=None)

    @api.get("/v1/apps/{app_id}/customerReviews")
    def reviews(app_id: str, request: Request) -> Response:
        if not store.accepts(request.headers.get("authorization", "")):
            return refused(401, "NOT_AUTHORIZED", "Authentication credentials are missing")
        if app_id not in store.apps:
            return refused(404, "NOT_FOUND", f"There is no resource of type 'apps' with {app_id}")
        store.asked.append(dict(request.query_params))
        return page(store, app_id, request)

    return api


def page(store: Store, app_id: str, request: Request) -> Response:
    query = request.query_params
    limit = int(query.get("limit", "50"))
    if not 1 <= limit <= 200 or query.get("sort") != "-createdDate":
        return refused(400, "PARAMETER_ERROR.INVALID", "limit or sort")
    held = store.apps[app_id]
    order = sorted(held, key=lambda id_: (held[id_]["attributes"]["createdDate"], id_))[::-1]
    start = int(query.get("cursor", "0"))
    shown, base = order[start : start + limit], str(request.url.replace(query=""))
    with_response = query.get("include") == "response"
    data, included = [], []
    for id_ in shown:
        link: Row = {"links": {"related": f"{base}/{id_}/response"}}
        if with_response and (response := held[id_]["response"]):
            link["data"] = {"type": "customerReviewResponses", "id": response["id"]}
            included.append({"type": "customerReviewResponses", **response})
        review = {"type": "customerReviews", "id": id_, "attributes": held[id_]["attributes"]}
        data.append({**review, "relationships": {"response": link}})
    links = {"self": str(request.url)}
    if start + limit < len(order):
        links["next"] = f"{base}?{urlencode({**query, 'cursor': start + limit})}"
    total = len(order) + store.miscounted
    body: Row = {"data": data, "links": links, "meta": {"paging": {"total": total, "limit": limit}}}
    return JSONResponse({**body, "included": included} if with_response else body)


def refused(status: int, code: str, detail: str) -> JSONResponse:
    error = {"status": str(status), "code": code, "title": code, "detail": detail}
    return JSONResponse({"errors": [error]}, status_code=status)
