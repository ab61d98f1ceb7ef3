"""The flip: readers see whole versions only, whatever happens to the publisher."""

import errno
import os
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from publish import PublisherBusy, audit, destinations, publish, versions
from publish.marts import CannotPublish
from tests.publish.conftest import Company
from warehouse.settings import PROJECT_ROOT, settings

AS_OF = datetime(2026, 6, 30, tzinfo=UTC)


def make_version(root: Path, text: str) -> str:
    with versions.building(root, AS_OF) as version:
        (version.folder / "file.txt").write_text(text)
        version.commit()
        return version.name


def test_names_count_up_and_sort_by_age(tmp_path: Path) -> None:
    names = [make_version(tmp_path, str(n)) for n in range(3)]

    assert names[0] == "v000001-20260630T000000Z"
    assert names == sorted(names)
    assert versions.current(tmp_path) == (tmp_path / names[-1]).resolve()


def test_current_is_a_relative_link_so_the_folder_can_move(tmp_path: Path) -> None:
    make_version(tmp_path / "here", "one")
    (tmp_path / "here").rename(tmp_path / "there")

    assert (tmp_path / "there" / "current" / "file.txt").read_text() == "one"


def test_a_failed_build_leaves_current_and_no_rubbish(tmp_path: Path) -> None:
    first = make_version(tmp_path, "one")

    def build() -> None:
        with versions.building(tmp_path, AS_OF) as half:
            (half.folder / "file.txt").write_text("tw")
            raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        build()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["current", first]
    assert (tmp_path / "current" / "file.txt").read_text() == "one"


def test_garbage_collection_never_takes_the_current_version(tmp_path: Path) -> None:
    names = [make_version(tmp_path, str(n)) for n in range(4)]
    versions.flip(tmp_path, names[0])

    assert versions.collect_garbage(tmp_path, keep=1, minutes=0) == names[1:3]
    assert (tmp_path / "current" / "file.txt").read_text() == "0"


def test_a_version_stays_for_some_minutes_after_another_took_its_place(tmp_path: Path) -> None:
    names = [make_version(tmp_path, str(n)) for n in range(4)]
    an_hour_ago = (tmp_path / names[1]).stat().st_mtime - 3600
    os.utime(tmp_path / names[1], (an_hour_ago, an_hour_ago))

    assert versions.collect_garbage(tmp_path, keep=1, minutes=59) == names[:1]


READER = """
import sys
opened = open(sys.argv[1])
print("reading", flush=True)
sys.stdin.read()
"""


def test_a_version_that_a_process_reads_stays_until_it_has_ended(tmp_path: Path) -> None:
    names = [make_version(tmp_path, str(n)) for n in range(3)]
    command = [sys.executable, "-c", READER, str(tmp_path / names[0] / "file.txt")]
    reader = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert reader.stdout is not None
    assert reader.stdout.readline() == "reading\n"

    assert versions.collect_garbage(tmp_path, keep=1, minutes=0) == [names[1]]
    assert (tmp_path / names[0] / "file.txt").read_text() == "0"
    reader.communicate()
    assert versions.collect_garbage(tmp_path, keep=1, minutes=0) == [names[0]]


def test_half_a_removed_version_is_no_version(tmp_path: Path) -> None:
    make_version(tmp_path, "one")
    (tmp_path / f".removing-{make_version(tmp_path, 'two')}").mkdir()

    assert len(versions.all_versions(tmp_path)) == 2
    with versions.only_publisher(tmp_path):
        assert not list(tmp_path.glob(".removing-*"))


def test_a_second_publisher_is_turned_away(company: Company) -> None:
    with (
        versions.only_publisher(settings().published),
        pytest.raises(PublisherBusy, match="another publish"),
    ):
        publish(company.as_of)


@pytest.mark.usefixtures("quick_report")
@pytest.mark.parametrize("step", ["snapshot", "parquet", "success", "report", "tableau", "audit"])
def test_an_error_in_any_step_leaves_the_last_version_current(
    company: Company, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    first = publish(company.as_of)
    company.execute("update marts.kpi_scorecard set value = 0.5 where kpi = 'csat'")

    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    module = audit if step == "audit" else getattr(destinations, step)
    with monkeypatch.context() as broken:
        broken.setattr(module, "check" if step == "audit" else "write", fail)
        with pytest.raises(CannotPublish, match=rf"make room.*{first.version} stays current"):
            publish(company.as_of)
    assert versions.current(settings().published) == first.folder
    assert csat(settings().published / "current") == 0.9

    healed = publish(company.as_of)
    assert csat(healed.folder) == 0.5


@pytest.mark.usefixtures("quick_report")
@pytest.mark.parametrize("call", ["rename", "replace"])
def test_an_error_in_the_flip_leaves_the_last_version_current(
    company: Company, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    first = publish(company.as_of)
    company.execute("update marts.kpi_scorecard set value = 0.5 where kpi = 'csat'")

    def fail(*_: object) -> None:
        raise OSError("input/output error")

    with monkeypatch.context() as broken:
        broken.setattr(versions.os, call, fail)
        with pytest.raises(OSError, match="input/output"):
            publish(company.as_of)
    assert versions.current(settings().published) == first.folder
    assert not publish(company.as_of).unchanged
    assert not list(settings().published.glob(".current-*"))


KILLED_AT = """
import os, signal, sys
from datetime import UTC, datetime
from publish import destinations, publish, versions

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

place = sys.argv[1]
if place == "rename":
    versions.os.rename = die
elif place == "replace":
    versions.os.replace = die
elif place == "hyper":  # Tableau's engine runs and has its file open
    destinations.tableau.hyper._export = die
else:
    getattr(destinations, place).write = die
publish(datetime(2026, 6, 30, tzinfo=UTC))
"""


@pytest.mark.usefixtures("quick_report")
@pytest.mark.parametrize("place", ["parquet", "report", "hyper", "rename", "replace"])
def test_kill_9_leaves_a_whole_version_and_the_next_publish_heals(
    company: Company, place: str
) -> None:
    first = publish(company.as_of)
    company.execute("update marts.kpi_scorecard set value = 0.5 where kpi = 'csat'")

    killed = subprocess.run(
        [sys.executable, "-c", KILLED_AT, place],
        cwd=PROJECT_ROOT,
        env={**os.environ, "PYTHONPATH": str(PROJECT_ROOT)},
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    assert versions.current(settings().published) == first.folder
    assert csat(settings().published / "current") == 0.9

    healed = publish(company.as_of)
    assert csat(healed.folder) == 0.5
    left = {path.name for path in settings().published.iterdir()}
    assert not [name for name in left if name.startswith((".building-", ".current-"))]


def test_readers_never_see_half_a_publish(company: Company) -> None:
    """Given readers that keep opening `current`, when new versions are published under them,
    then every open finds one whole version: report, snapshot and Parquet say the same."""
    root = settings().published
    publish(company.as_of)
    stop = threading.Event()
    seen: set[str] = set()
    broken: list[str] = []

    def read() -> None:
        while not stop.is_set():
            try:
                folder = (root / "current").resolve(strict=True)
                seen.add(folder.name)
                value = csat(folder)
                parquet = folder / "parquet" / "kpi_scorecard" / "data.parquet"
                with duckdb.connect() as reader:
                    same = reader.execute(
                        f"select value from '{parquet}' where kpi = 'csat'"
                    ).fetchone()
                shown = f"{100 * value:.1f} %" in (folder / "report.html").read_text()
                if same != (value,) or not shown:
                    broken.append(f"{folder.name}: {value}, {same}, {shown}")
            except (OSError, duckdb.Error) as error:
                broken.append(str(error))

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    try:
        for number in range(5):
            company.execute(
                f"update marts.kpi_scorecard set value = {0.5 + number / 100} where kpi = 'csat'"
            )
            publish(company.as_of)
    finally:
        stop.set()
        for reader in readers:
            reader.join()
    assert broken == []
    assert len(seen) > 1


def csat(folder: Path) -> float:
    with duckdb.connect(str(folder / "support.duckdb"), read_only=True) as snapshot:
        row = snapshot.execute("select value from kpi_scorecard where kpi = 'csat'").fetchone()
    assert row is not None
    return float(row[0])
