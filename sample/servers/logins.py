"""Made-up logins of the sample vendors. Each server refuses anything else with its vendor's 401."""

from typing import NamedTuple
from urllib.parse import quote


class Login(NamedTuple):
    """What a client signs in with: the connection's user name and password fields."""

    user: str
    secret: str


# Shaped like the vendors' own: an API user's e-mail, an account SID, a key prefix.
LOGINS: dict[str, Login] = {
    "zendesk": Login("reports@fernhill.example/token", "zd-sample-4f1d9c7be2"),
    "intercom": Login("", "ic-sample-b83e60d1a7"),
    "twilio": Login("AC5a3c1e9f7b2d48068e4c2a1f9d7b3e50", "tw-sample-90c2f7d6e1"),
    "email": Login("care@fernhill.example", "im-sample-2e7a51c8d4"),
    "survey": Login("", "sv-sample-71f0b9a3c6"),
    "salesforce": Login("reports@fernhill.example", "sf-sample-c5d8e20b94"),
    "stripe": Login("", "st-sample-6a9e43f1d0"),
}

# Systems that only receive (outreach): not sources, so nothing starts them but who names them.
RECEIVERS: dict[str, Login] = {
    "hubspot": Login("", "pat-sample-3d7f0a92c4"),
    "slack": Login("", "xoxb-sample-5b1e8c77d0"),
    "webhook": Login("", "whsec_c2FtcGxlLXNpZ25pbmctc2VjcmV0LTk0MTc="),
}


def uri(source: str, port: int, scheme: str = "http") -> str:
    """The source's Airflow connection URI on a loopback port, secrets percent-encoded."""
    login = LOGINS[source]
    user, secret = quote(login.user, safe=""), quote(login.secret, safe="")
    return f"{scheme}://{user}:{secret}@127.0.0.1:{port}"
