"""Google Play's reviews on loopback: the last week's list, single reviews, and Google's token URL.

An empty list is left out of the answer, ids have a colon, and a signed assertion is exchanged for
a token. Not part of Fernhill: a test fills a `Store`.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

ACCOUNT = "reviews@fernhill.iam.gserviceaccount.example"
TOKEN = "gp-sample-83b1f0d2c6"  # made up
SCOPE = "https://www.googleapis.com/auth/androidpublisher"
Row = dict[str, Any]


def new_key() -> rsa.RSAPrivateKey:
    """A service account's private key."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem(key: rsa.RSAPrivateKey) -> str:
    """As the service account's JSON file has it."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def stamp(at: datetime) -> Row:
    return {"seconds": str(int(at.timestamp())), "nanos": at.microsecond * 1000}


@dataclass
class Store:
    """The reviews of each package, by id. Change them between two runs as people would.

    Attributes:
        token_uri: the address that assertions must be made out to.
        tokens: how many were handed out.
        asked: ids of reviews that were asked for one by one.
    """

    key: rsa.RSAPrivateKey
    now: datetime = datetime(2026, 6, 20, 12, tzinfo=UTC)
    packages: dict[str, dict[str, Row]] = field(default_factory=dict)
    token_uri: str = ""
    tokens: int = 0
    asked: list[str] = field(default_factory=list)

    def put(self, package: str, id_: str, text: str, at: datetime, **comment: Any) -> None:
        """A review, or the new words of one."""
        held = self.packages.setdefault(package, {}).get(id_, {"comments": []})
        said = {"text": text, "lastModified": stamp(at), "starRating": 3, **comment}
        rest = [c for c in held["comments"] if "developerComment" in c]
        comments = [{"userComment": said}, *rest]
        review = {"reviewId": id_, "authorName": "Ann Lee", "comments": comments}
        self.packages[package][id_] = review

    def reply(self, package: str, id_: str, text: str, at: datetime) -> None:
        comments = self.packages[package][id_]["comments"]
        comments.append({"developerComment": {"text": text, "lastModified": stamp(at)}})

    def accepts(self, assertion: str) -> bool:
        try:
            claims = jwt.decode(
                assertion, self.key.public_key(), algorithms=["RS256"], audience=self.token_uri
            )
        except jwt.PyJWTError:
            return False
        return bool(claims.get("iss") == ACCOUNT and claims.get("scope") == SCOPE)


def app(store: Store) -> FastAPI:
    """The server."""
    api = FastAPI(openapi_url=None)
    root = "/androidpublisher/v3/applications/{package}/reviews"

    @api.post("/token")
    async def token(request: Request) -> Response:
        form = {k: v[0] for k, v in parse_qs((await request.body()).decode()).items()}
        kind = "urn:ietf:params:oauth:grant-type:jwt-bearer"
        if form.get("grant_type") != kind or not store.accepts(form.get("assertion", "")):
            return JSONResponse({"error": "invalid_grant"}, status_code=400)
        store.tokens += 1
        body = {"access_token": TOKEN, "expires_in": 3599, "token_type": "Bearer"}
        return JSONResponse(body)

    def refusal(package: str, request: Request) -> Response | None:
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return refused(401, "UNAUTHENTICATED", "Request had invalid authentication credentials")
        if package not in store.packages:
            return refused(404, "NOT_FOUND", f"Package not found: {package}.")
        return None

    @api.get(root)
    def reviews(package: str, request: Request) -> Response:
        return refusal(package, request) or page(store, package, request)

    @api.get(root + "/{id_}")
    def review(package: str, id_: str, request: Request) -> Response:
        if found := refusal(package, request):
            return found
        store.asked.append(id_)
        held = store.packages[package].get(id_)
        return JSONResponse(held) if held else refused(404, "NOT_FOUND", "Review not found.")

    return api


def page(store: Store, package: str, request: Request) -> Response:
    """What was changed in the last week, newest first; the token says where to go on."""
    query = request.query_params
    size, start = min(int(query.get("maxResults", "10")), 100), int(query.get("token", "t0")[1:])
    since = (store.now - timedelta(days=7)).timestamp()

    def changed(review: Row) -> float:
        said = next(c["userComment"] for c in review["comments"] if "userComment" in c)
        return float(said["lastModified"]["seconds"])

    found = [r for r in store.packages[package].values() if changed(r) >= since]
    found.sort(key=changed, reverse=True)
    body: Row = {}
    if shown := found[start : start + size]:
        body["reviews"] = shown
    if start + size < len(found):
        body["tokenPagination"] = {"nextPageToken": f"t{start + size}"}
    return JSONResponse(body)


def refused(status: int, kind: str, message: str) -> JSONResponse:
    error = {"code": status, "message": message, "status": kind}
    return JSONResponse({"error": error}, status_code=status)
