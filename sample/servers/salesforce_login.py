"""Salesforce's token endpoint (OAuth 2.0 client credentials) and how the rest of the org checks."""

import json
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl

from fastapi import FastAPI, Request, Response

from sample.servers.logins import LOGINS


def answer(status: int, body: Any, headers: dict[str, str] | None = None) -> Response:
    text = json.dumps(body)
    return Response(text, status_code=status, media_type="application/json", headers=headers)


def refused(status: int, code: str, message: str) -> Response:
    return answer(status, [{"errorCode": code, "message": message}])


def access_token() -> str:
    """The token this org gives out; made from the secret, so that no second one has to be kept."""
    digest = sha256(LOGINS["salesforce"].secret.encode()).hexdigest()
    return f"00D000000000001!{digest[:40]}"


def unauthorised(request: Request) -> Response | None:
    """The org's refusal of a request without its token; None when it has one."""
    if request.headers.get("Authorization") == f"Bearer {access_token()}":
        return None
    return refused(401, "INVALID_SESSION_ID", "Session expired or invalid")


def add_token_endpoint(api: FastAPI) -> None:
    @api.post("/services/oauth2/token")
    async def token(request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        login = LOGINS["salesforce"]
        if form.get("grant_type") != "client_credentials":
            text = "grant type not supported"
            return answer(400, {"error": "unsupported_grant_type", "error_description": text})
        if form.get("client_id") != login.user:
            text = "client identifier invalid"
            return answer(400, {"error": "invalid_client_id", "error_description": text})
        if form.get("client_secret") != login.secret:
            text = "invalid client credentials"
            return answer(400, {"error": "invalid_client", "error_description": text})
        body = {
            "access_token": access_token(),
            "instance_url": str(request.base_url).rstrip("/"),
            "scope": "api",
            "token_type": "Bearer",
        }
        return answer(200, body)
