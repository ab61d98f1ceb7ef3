"""Settings of one Heedline installation, read from the environment (`HEEDLINE_*`).

Everything a run writes lies under `HEEDLINE_HOME`; nothing else on the machine is touched.
"""

from functools import cached_property
from pathlib import Path
from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PROJECT_ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """Typed view of the environment. Unknown variables are ignored, wrong values are refused."""

    model_config = SettingsConfigDict(env_prefix="HEEDLINE_", extra="ignore")

    home: Path = Field(
        default=Path("data"), description="folder that holds everything a run writes"
    )
    channels: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), description="enabled channels, comma separated; empty = as channels.yml says"
    )
    drop_dir: Path | None = Field(default=None, description="folder that the file drop reads")
    threads: int = Field(default=2, ge=1, description="threads DuckDB may use")
    memory_limit: str = Field(default="3GB", description="memory DuckDB may use")
    task_retries: int = Field(default=2, ge=0, description="retries of a failed Airflow task")
    scheduled: bool = Field(
        default=True,
        description="DAGs follow their schedules; false = a person or `heedline run` starts runs",
    )
    backfill_windows: Annotated[tuple[str, ...], NoDecode] = Field(
        default=("day", "week", "month"),
        description="sizes of window that channels have a backfill DAG for, comma separated",
    )
    identity_decisions: Path | None = Field(
        default=None,
        description="what people decided about pairs of contacts; default "
        "<home>/identity_decisions.csv",
    )
    tag_corrections: Path | None = Field(
        default=None,
        description="what people say texts mean; default <home>/tag_corrections.csv",
    )
    tagger_cascade: bool = Field(
        default=False,
        description="a static student tags what it is sure of: several times faster, less exact",
    )
    tagger_config: Path | None = Field(
        default=None,
        description="checkpoints in place of the tagger's heads; default <home>/tagger.yml",
    )
    targets: Path | None = Field(
        default=None, description="where lists are delivered; default <home>/targets.yml"
    )
    lists: Path | None = Field(
        default=None, description="rules of the lists; default <home>/lists.yml"
    )
    playbook: Path | None = Field(
        default=None, description="what to do about whom; default <home>/playbook.yml"
    )
    destinations: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="what marts are published to beside the standard files, comma separated "
        "(docs/bi.md); empty = the files that this installation can write",
    )
    example_texts: bool = Field(
        default=True,
        description="show leaders redacted beginnings of customers' messages (trending issues)",
    )
    keep_versions: int = Field(default=5, ge=1, description="published versions kept")
    keep_minutes: float = Field(
        default=60, ge=0, description="minutes that a replaced version stays for who still reads it"
    )

    @field_validator("channels", "destinations", "backfill_windows", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @cached_property
    def root(self) -> Path:
        """`home` as an absolute path, so that child processes may run anywhere."""
        return self.home.expanduser().resolve()

    @property
    def warehouse_file(self) -> Path:
        return self.root / "warehouse" / "heedline.duckdb"

    @property
    def landing(self) -> Path:
        """Extracted batches wait here until loaded: `<source>/<resource>/<load_id>.….parquet`."""
        return self.root / "landing"

    @property
    def dlt(self) -> Path:
        """dlt's working folders (cursors, pending packages)."""
        return self.root / "dlt"

    @property
    def dbt(self) -> Path:
        return self.root / "dbt"

    @property
    def published(self) -> Path:
        return self.root / "published"

    @property
    def decisions_file(self) -> Path:
        """People's decisions about who is who (docs/identity.md)."""
        return (self.identity_decisions or self.root / "identity_decisions.csv").expanduser()

    @property
    def corrections_file(self) -> Path:
        """What people say texts mean (docs/tagger.md)."""
        return (self.tag_corrections or self.root / "tag_corrections.csv").expanduser()

    @property
    def tagger_config_file(self) -> Path:
        """Which heads of the tagger are swapped (docs/tagger.md)."""
        return (self.tagger_config or self.root / "tagger.yml").expanduser().absolute()

    @property
    def targets_file(self) -> Path:
        """Where lists are delivered (docs/delivery.md)."""
        return (self.targets or self.root / "targets.yml").expanduser().absolute()

    @property
    def lists_file(self) -> Path:
        """Capacity, cooldown and holdout of the lists (docs/lists.md)."""
        return (self.lists or self.root / "lists.yml").expanduser().absolute()

    @property
    def playbook_file(self) -> Path:
        """What to do about whom on a list (docs/playbook.md)."""
        return (self.playbook or self.root / "playbook.yml").expanduser().absolute()

    @property
    def deliveries(self) -> Path:
        """Files that were handed over, and the locks of deliveries under way."""
        return self.root / "deliveries"

    @property
    def airflow(self) -> Path:
        return self.root / "airflow"

    @property
    def sample(self) -> Path:
        return self.root / "sample"


def settings() -> Settings:
    """The settings as the environment stands now (cheap; never cached across tests)."""
    return Settings()
