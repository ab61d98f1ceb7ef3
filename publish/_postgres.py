"""The current version into Postgres, and a note of how that went for `heedline status`."""

import json
import os
from pathlib import Path

from pydantic import SecretStr

from publish import versions
from publish.destinations import postgres
from publish.marts import CannotPublish
from warehouse.settings import settings

# Beside the versions: it is about all of them.
NOTE = "postgres.json"


def load_postgres(uri: SecretStr) -> postgres.Loaded:
    """Bring Postgres to the version that `published/current` names.

    Args:
        uri: the database's address, password included.

    Raises:
        CannotPublish: nothing is published yet.
        PostgresBehind: the database still holds its last version, whole; the next call tries again.
    """
    root = settings().published
    version = versions.current(root)
    if version is None:
        raise CannotPublish(f"publish: nothing is published in {root} yet; run `heedline run`")
    try:
        loaded = postgres.load(uri, version)
    except postgres.PostgresBehind as error:
        _note(root, {"behind": str(error)})
        raise
    _note(root, {"version": loaded.version, "behind": None})
    return loaded


def _note(root: Path, said: dict[str, str | None]) -> None:
    """Keep what was known: which version it held last is not forgotten because a load failed."""
    path = root / NOTE
    known = json.loads(path.read_text()) if path.exists() else {"version": None}
    aside = path.with_suffix(".tmp")
    aside.write_text(json.dumps({**known, **said}, indent=2) + "\n")
    os.replace(aside, path)
