"""Requests in the name of an account of ours: OAuth 1.0a (RFC 5849).

X takes OAuth 2.0 for the same, but each renewal there makes a new refresh token and ends the old
one, and a connection is not ours to write. These four keys stay as they are until withdrawn.
"""

import logging

from requests_oauthlib import OAuth1

from connectors.contract import Credentials, SourceError

# At debug they write tokens and signatures.
for _talkative in ("oauthlib.oauth1.rfc5849", "requests_oauthlib.oauth1_auth"):
    logging.getLogger(_talkative).addFilter(lambda record: record.levelno > logging.DEBUG)

# As X's developer portal calls them.
KEYS = ("api_key", "api_key_secret", "access_token", "access_token_secret")


def user_signature(credentials: Credentials, source: str) -> OAuth1:
    """What signs a request, for one try and minutes, with the keys of the connection's extra.

    Raises:
        SourceError: one is missing.
    """
    extra = credentials.extra
    if absent := [name for name in KEYS if not extra.get(name)]:
        where = f"connection heedline_{source}"
        problem = f"its extra has no {', '.join(absent)}"
        remedy = f"see connectors/{source}/README.md for direct messages"
        raise SourceError(source, where, problem, remedy)
    return OAuth1(*(str(extra[name]) for name in KEYS))
