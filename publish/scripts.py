"""Scripts inside a page: packed, and named by hash in the page's own content security policy.

No script is fetched and none but these runs: the policy lists the hash of each. Vega-Lite with what
it needs (BSD-3-Clause) comes with vl-convert, the package that also draws the charts without it.
"""

import base64
import gzip
import hashlib
import json
import re
from dataclasses import dataclass
from functools import cache
from typing import Any

import altair as alt
import vl_convert


@dataclass(frozen=True)
class Packed:
    """A script that a small one unpacks in the browser: a third of its size."""

    text: str
    """gzip, in base64."""
    policy: str


@cache
def vega() -> Packed:
    """Vega-Lite, Vega and vega-embed as `window.vegaEmbed`, of the version that altair writes."""
    version = re.sub(r"^v(\d+)\.(\d+).*", r"\1.\2", alt.SCHEMA_VERSION)
    script: str = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", vl_version=version)
    packed = gzip.compress(script.encode(), mtime=0)
    return Packed(base64.b64encode(packed).decode(), policy(script))


def policy(script: str) -> str:
    """The source expression that lets exactly this script run."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def as_data(value: Any) -> str:
    """JSON that can stand inside a script element, whatever texts it holds."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).replace("<", "\\u003c")
