"""Signing in: a custom app's token as it is, or one that lasts a day, fetched for the run."""

from requests import PreparedRequest
from requests.auth import AuthBase

from connectors.contract import Credentials, SourceError
from connectors.http import Http, Policy

NAME = "shopify"


class AccessToken(AuthBase):
    """Puts the access token on a request.

    With a login, login and password are the client id and secret of a Dev Dashboard app (the only
    kind that can be made since 2026), and the token is fetched before the first request.
    """

    def __init__(self, credentials: Credentials, policy: Policy | None) -> None:
        self._credentials, self._policy = credentials, policy
        self._token = "" if credentials.login else credentials.password

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        self._token = self._token or self._fetched()
        request.headers["X-Shopify-Access-Token"] = self._token
        return request

    def _fetched(self) -> str:
        path, asked = "/admin/oauth/access_token", self._credentials
        answer = Http(NAME, asked.base_url, policy=self._policy).get(
            path,
            method="POST",
            data={
                "grant_type": "client_credentials",
                "client_id": asked.login,
                "client_secret": asked.password,
            },
        )
        token = answer.get("access_token") if isinstance(answer, dict) else None
        if not isinstance(token, str) or not token:
            remedy = "install the app on this shop and release its scopes"
            raise SourceError(NAME, path, "answer has no access_token", remedy)
        return token
