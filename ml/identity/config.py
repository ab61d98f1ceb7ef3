"""The linkage's configuration, `identity.yml`, as one typed schema; a wrong value names its key."""

from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, model_validator

from warehouse.typed_yaml import parse

FILE = Path(__file__).with_name("identity.yml")


class BadIdentityConfig(ValueError):
    """The file cannot be used; the text names the file, the key and what is wrong with it."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Thresholds(_Part):
    """Match probabilities: `link` and above is linked, `review` up to `link` is for a person."""

    link: float = Field(gt=0.5, lt=1)
    review: float = Field(gt=0, lt=1)

    @model_validator(mode="after")
    def _ordered(self) -> "Thresholds":
        if self.review > self.link:
            raise ValueError("`review` must not be above `link`")
        return self


class Provider(_Part):
    """A mail provider's rule: `tag` and what follows is cut, `dots` before the @ do not count."""

    domains: tuple[str, ...] = Field(min_length=1)
    same_as: str | None = None
    tag: str | None = Field(default=None, min_length=1, max_length=1)
    dots: bool = False


class Emails(_Part):
    providers: tuple[Provider, ...] = ()
    roles: tuple[str, ...] = ()


class Guards(_Part):
    names_per_value: int = Field(ge=2)
    largest_cluster: int = Field(ge=2, le=300)
    exclusive_keys: tuple[str, ...] = ()
    weak_keys: tuple[str, ...] = ()


class Births(_Part):
    earliest_year: int = Field(ge=1)
    placeholders: tuple[str, ...] = ()


class Budget(_Part):
    base: float = Field(ge=0)
    per_record: float = Field(ge=0)


class Blocking(_Part):
    largest_block: int = Field(ge=2)
    smallest_block: int = Field(ge=2)
    loose_pairs: Budget
    broad_pairs: Budget
    one_key_up_to: int = Field(ge=0)


class Prior(_Part):
    matches_per_record: float = Field(gt=0)
    weight_in_records: float = Field(gt=0)
    m_weight: float = Field(gt=0)
    u_weight: float = Field(gt=0)
    shared_email: float = Field(gt=0, lt=1)
    shared_phone: float = Field(gt=0, lt=1)
    shared_key: float = Field(gt=0, lt=1)


class IdentityConfig(_Part):
    """All of `identity.yml`."""

    thresholds: Thresholds
    default_region: str = Field(pattern="^[A-Z]{2}$")
    emails: Emails
    guards: Guards
    births: Births
    blocking: Blocking
    prior: Prior


def read_config(path: Path = FILE) -> IdentityConfig:
    """Read and check a configuration file.

    Raises:
        BadIdentityConfig: one line with the file, the key (`thresholds.link`) and what is wrong.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise BadIdentityConfig(f"{path}: {error.strerror}") from None
    return parse(text, IdentityConfig, path, BadIdentityConfig)


@lru_cache(maxsize=1)
def config() -> IdentityConfig:
    """The configuration that ships with the code."""
    return read_config()
