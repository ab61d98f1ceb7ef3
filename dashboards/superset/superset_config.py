"""Superset's settings: secrets from the environment, nothing sent out, the newest version."""

import os
import time
from datetime import timedelta
from pathlib import Path

from superset.config import TALISMAN_CONFIG as _DEFAULTS

# DuckDB shows instants in the process's time zone. The marts' days are UTC's unless configured.
os.environ["TZ"] = "UTC"
time.tzset()

SECRET_KEY = os.environ["SUPERSET_SECRET_KEY"]
# Superset's own tables: users, roles, ids. What it shows is in the bundle, so a file is enough.
SQLALCHEMY_DATABASE_URI = os.environ.get(
    "SUPERSET_METADATA_URI", f"sqlite:///{os.environ['SUPERSET_HOME']}/superset.db"
)

# The bundle reads /published/current/support.duckdb; where that folder lies on this machine.
_PUBLISHED = Path(os.environ.get("SUPERSET_PUBLISHED", "/published"))
_IN_BUNDLE = "/published/"


def DB_CONNECTION_MUTATOR(uri, params, username, security_manager, source):
    """Open the version that `current` points at now, under its own name.

    DuckDB knows a file that is open in the process by its path. Under the name `current/…` queries
    that overlap would go on reading the old version after a publish; every version by its own name
    is opened anew, and a query that runs keeps its version whole.
    """
    if uri.drivername == "duckdb" and (uri.database or "").startswith(_IN_BUNDLE):
        file = _PUBLISHED / uri.database.removeprefix(_IN_BUNDLE)
        uri = uri.set(database=str(file.resolve(strict=True)))
    return uri, params


# Queries take milliseconds, so nothing is cached: a page shows the version of that moment.
CACHE_CONFIG = DATA_CACHE_CONFIG = {"CACHE_TYPE": "NullCache"}
ROW_LIMIT = SAMPLES_ROW_LIMIT = 1000
SUPERSET_WEBSERVER_TIMEOUT = 60

# The browser may talk to this server only: no maps, no fonts, no usage pixel of anybody else.
TALISMAN_ENABLED = True
TALISMAN_CONFIG = {
    **_DEFAULTS,
    "content_security_policy": {
        **_DEFAULTS["content_security_policy"],
        "img-src": ["'self'", "blob:", "data:"],
        "connect-src": ["'self'"],
        "style-src": ["'self'", "'unsafe-inline'"],
        "font-src": ["'self'"],
    },
    # Behind a proxy with TLS set it; on 127.0.0.1 a secure cookie would not come back.
    "session_cookie_secure": os.environ.get("SUPERSET_BEHIND_TLS") == "1",
}
SESSION_COOKIE_SECURE = TALISMAN_CONFIG["session_cookie_secure"]
SESSION_COOKIE_SAMESITE = "Lax"
PERMANENT_SESSION_LIFETIME = timedelta(hours=12)

AUTH_USER_REGISTRATION = False
PUBLIC_ROLE_LIKE = None
FAB_ADD_SECURITY_API = True
FEATURE_FLAGS = {
    "ALERT_REPORTS": False,
    "ENABLE_TEMPLATE_PROCESSING": False,
    "ALLOW_ADHOC_SUBQUERY": False,
    "DRILL_TO_DETAIL": True,
}
