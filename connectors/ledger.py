"""Who was erased, without saying who: salted digests of identifiers, kept outside the warehouse.

A request leaves one file `privacy/ledger/<request>.json` with HMAC-SHA256 digests (first 16 bytes)
of the person's normalised identifiers and of the keys of the rows that went. With the salt
(`privacy/salt`, readable by its owner only) a row that comes in again can be recognised; without it
the digests say nothing. Back up both, apart from the warehouse: a restored warehouse is older than
its erasures, and the ledger is what tells.
"""

import hmac
import json
import os
import re
import secrets
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from warehouse.clock import iso, wall_now
from warehouse.durable import sync
from warehouse.settings import settings

Key = tuple[str, str, str]
"""(kind, system, value): system is empty where a value means the same everywhere."""

SCOPED = frozenset({"contact", "conversation", "recording", "row"})
"""Kinds whose values mean something within one system only."""

_NOT_DIGIT = re.compile(r"\D+")


class SaltMissing(RuntimeError):
    """There are erasures, but not the salt they were recorded with."""


def folder() -> Path:
    """Where erasure keeps its salt, its ledger and requests under way; its owner's alone."""
    path = settings().root / "privacy"
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def normal(kind: str, value: object) -> str:
    """The one spelling in which values of a kind are compared; empty when there is none."""
    text = unicodedata.normalize("NFKC", str(value)).strip()
    if kind == "email":
        return text.lower().removeprefix("mailto:")
    if kind == "phone":
        digits = _NOT_DIGIT.sub("", text)
        digits = digits.removeprefix("00") if digits.startswith("00") else digits
        return digits if 7 <= len(digits) <= 16 else ""
    return text


def mailbox(value: object) -> str:
    """The mailbox behind an address: without `+tag`, and without dots where they do not count."""
    name, _, domain = normal("email", value).rpartition("@")
    name = name.partition("+")[0]
    if domain in {"gmail.com", "googlemail.com"}:
        return f"{name.replace('.', '')}@gmail.com" if name else ""
    return f"{name}@{domain}" if name and domain else ""


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner reads, whole or not at all, also after a power cut."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = path.with_name(f".{path.name}.unfinished")
    aside.unlink(missing_ok=True)
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
    sync(aside)
    os.replace(aside, path)
    sync(path.parent)


class Ledger:
    """The digests of everybody erased, as the files stand now.

    Args:
        draft: what is added counts for this object only (a dry run); nothing is written.
    """

    def __init__(self, *, draft: bool = False) -> None:
        self._draft = draft
        self._digests: dict[str, str] = {}
        self._known: dict[Key, str | None] = {}
        self.requests: list[str] = []
        for path in sorted((folder() / "ledger").glob("*.json")):
            said = json.loads(path.read_text())
            self.requests.append(said["request"])
            self._digests.update(dict.fromkeys(said["digests"], said["request"]))
        self._salt = self._read_salt()

    def __bool__(self) -> bool:
        return bool(self._digests)

    def _read_salt(self) -> bytes:
        path = folder() / "salt"
        if path.exists():
            return bytes.fromhex(path.read_text().strip())
        if self._digests:
            raise SaltMissing(
                f"{path} is missing, but {path.parent / 'ledger'} holds erasures: without it "
                "erased people would come back; restore the file from its backup"
            )
        salt = secrets.token_bytes(32)
        if not self._draft:
            write_private(path, salt.hex())
        return salt

    def digest(self, kind: str, value: object, system: str = "") -> str:
        """The salted digest of one identifier; empty when there is nothing to digest."""
        text = normal(kind, value)
        if not text:
            return ""
        scope = system if kind in SCOPED else ""
        data = f"{kind}|{scope}|{text}".encode("utf-8", "surrogatepass")
        return hmac.digest(self._salt, data, "sha256")[:16].hex()

    def request_of(self, kind: str, value: object, system: str = "") -> str | None:
        """The request that erased the bearer of this identifier, if one did."""
        if value is None:
            return None
        key = (kind, system, str(value))
        if key not in self._known:
            found = self._digests.get(self.digest(kind, value, system))
            if found is None and kind == "email":
                found = self._digests.get(self.digest("mailbox", mailbox(value)))
            self._known[key] = found
        return self._known[key]

    def has(self, kind: str, value: object, system: str = "") -> bool:
        """Was the bearer of this identifier erased?"""
        return self.request_of(kind, value, system) is not None

    def add(self, request: str, keys: Iterable[Key]) -> int:
        """Record identifiers under a request, durably; the number that was new."""
        path = folder() / "ledger" / f"{request}.json"
        held = json.loads(path.read_text())["digests"] if path.exists() else []
        made = {self.digest(kind, value, system) for kind, system, value in keys}
        new = sorted(made - {"", *self._digests})
        if not self._draft and (new or not path.exists()):
            digests = sorted({*held, *new})
            said = {"request": request, "at": iso(wall_now()), "digests": digests}
            write_private(path, json.dumps(said))
        if request not in self.requests:
            self.requests.append(request)
        self._digests.update(dict.fromkeys(new, request))
        self._known.clear()
        return len(new)
