"""Which channels are on: `channels.yml`, checked, cut to what the environment asks for."""

import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, PositiveInt

from connectors.contract import ROOM, Credentials
from warehouse.settings import settings
from warehouse.typed_yaml import line_of, parse

if TYPE_CHECKING:
    from dlt.sources import DltSource

# They read a folder instead of signing in somewhere.
FROM_FOLDERS = frozenset({"file_drop", "delighted", "drift"})

CHANNELS_FILE = ROOM / "channels.yml"


class BadConfig(ValueError):
    """channels.yml (or HEEDLINE_CHANNELS) says something that cannot be followed."""


class Defaults(BaseModel):
    model_config = ConfigDict(extra="forbid")
    schedule: str = "@hourly"


class Channel(BaseModel):
    """One enabled connector: its folder name, schedule and settings.

    Attributes:
        limits: requests that the vendor takes, by the seconds they are counted over; empty: as
            `limits.yml` says.
    """

    model_config = ConfigDict(extra="forbid")

    name: str = ""
    enabled: bool = True
    schedule: str = ""
    settings: dict[str, Any] = Field(default_factory=dict)
    limits: dict[PositiveFloat, PositiveInt] = Field(default_factory=dict)

    @property
    def connection_id(self) -> str:
        """Airflow connection that holds this channel's address and secrets."""
        return f"heedline_{self.name}"

    @property
    def needs_credentials(self) -> bool:
        # E-mail without mailboxes reads dropped archives only.
        return self.name not in FROM_FOLDERS and self.settings.get("mailboxes") != []


class ChannelsFile(BaseModel):
    model_config = ConfigDict(extra="forbid")
    defaults: Defaults = Defaults()
    channels: dict[str, Channel]


def read_channels(path: Path = CHANNELS_FILE) -> tuple[Defaults, dict[str, Channel]]:
    """All channels of the file, enabled or not.

    Raises:
        BadConfig: naming file, line and what is wrong.
    """
    text = path.read_text()
    parsed = parse(text, ChannelsFile, path.name, BadConfig)
    for name, channel in parsed.channels.items():
        if not (ROOM / name / "source.py").exists():
            raise BadConfig(
                f"{path.name}:{line_of(text, ('channels', name))}: "
                f"no connector folder connectors/{name}"
            )
        channel.name = name
        channel.schedule = channel.schedule or parsed.defaults.schedule
    return parsed.defaults, parsed.channels


def enabled_channels(only: tuple[str, ...] = ()) -> list[Channel]:
    """The channels to pull, in file order; `only`, else `HEEDLINE_CHANNELS`, narrows them."""
    _, known = read_channels()
    wanted = only or settings().channels
    for name in wanted:
        if name not in known:
            raise BadConfig(f"HEEDLINE_CHANNELS names {name!r}; known: {', '.join(known)}")
    return [c for c in known.values() if (c.name in wanted if wanted else c.enabled)]


def round_channels() -> list[Channel]:
    """The enabled channels on the base schedule (or all, when none is): a round waits for them."""
    base, _ = read_channels()
    channels = enabled_channels()
    return [c for c in channels if c.schedule == base.schedule] or channels


def open_source(channel: Channel, credentials: Credentials) -> "DltSource":
    """Build the channel's dlt source (nothing is requested yet)."""
    module = importlib.import_module(f"connectors.{channel.name}.source")
    source: DltSource = module.source(credentials, **channel.settings)
    return source
