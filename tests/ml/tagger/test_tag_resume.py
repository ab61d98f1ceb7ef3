"""`heedline tag` broken off and started again."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

from ml.tagger.files import reading as file_input
from ml.tagger.files import tagging as files
from tests.ml.tagger import tag_stub

ROWS = 1_050  # in groups of 100


def table(folder: Path, rows: int = ROWS) -> Path:
    lines = "".join(f"{n},text {n % 97}\n" for n in range(rows))
    source = folder / "in.csv"
    source.write_text(f"n,body\n{lines}")
    return source


def start(source: Path, output: Path, die: str = "") -> tuple[subprocess.CompletedProcess, int]:
    """Run the command as a process of its own; the texts that it tagged."""
    asked = source.with_name("asked")
    asked.unlink(missing_ok=True)
    arguments = ["--input", str(source), "--text-column", "body", "--output", str(output)]
    done = subprocess.run(
        [sys.executable, "-m", "tests.ml.tagger.tag_stub", "tag", *arguments],
        env={**os.environ, "DIE": die, "ASKED": str(asked)},
        capture_output=True,
        text=True,
        check=False,
    )
    return done, sum(json.loads(asked.read_text())) if asked.exists() else -1


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The output of a start that nothing disturbed."""
    folder = tmp_path_factory.mktemp("whole")
    _, tagged = start(table(folder), folder / "out.csv")
    assert tagged == ROWS
    return (folder / "out.csv").read_bytes()


@pytest.mark.parametrize(
    ("moment", "finished"),
    [
        ("kill while tagging", 200),
        ("kill before a chunk has its name", 200),
        ("kill while writing", ROWS),
        ("kill before the output has its name", ROWS),
    ],
)
def test_after_kill_9_the_same_command_goes_on_without_loss_or_repeat(
    tmp_path: Path, whole: bytes, moment: str, finished: int
) -> None:
    source, output = table(tmp_path), tmp_path / "out.csv"
    killed, _ = start(source, output, moment)
    assert killed.returncode == -signal.SIGKILL
    assert not output.exists()
    done, tagged = start(source, output)
    assert done.returncode == 0, done.stderr
    assert f"going on after {finished:,} texts that are tagged already" in done.stderr
    assert tagged == ROWS - finished
    assert output.read_bytes() == whole
    assert {file.name for file in tmp_path.iterdir()} == {"in.csv", "out.csv", "asked"}


def test_ctrl_c_exits_130_with_a_word_on_how_to_go_on(tmp_path: Path) -> None:
    source, output = table(tmp_path), tmp_path / "out.csv"
    stopped, tagged = start(source, output, "Ctrl-C")
    assert (stopped.returncode, tagged) == (130, 200)
    assert f"what is tagged is kept in {output}.part; the same command goes on" in stopped.stderr
    assert "Traceback" not in stopped.stderr
    assert start(source, output)[1] == ROWS - 200


def break_off(source: Path, groups: int) -> None:
    """A start that ends after some groups of 100."""
    calls: list[int] = []

    def dying(texts):
        calls.append(1)
        if len(calls) == groups + 2:  # the first call asks for the version
            raise KeyboardInterrupt
        return tag_stub.tag_texts(texts)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "tag_texts", dying)
        with pytest.raises(KeyboardInterrupt):
            files.tag_file(source, "body", source.with_name("out.csv"))


@pytest.fixture
def broken_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The input of a start that ended after 300 of 500 texts; the output is `out.csv`."""
    monkeypatch.setattr(file_input, "GROUP_ROWS", 100)
    monkeypatch.setattr(files, "tag_texts", tag_stub.tag_texts)
    source = table(tmp_path, 500)
    break_off(source, 3)
    return source


def again(source: Path, column: str = "body") -> tuple[str, int]:
    """What the next start says first, and how many texts it tags."""
    said: list[str] = []
    output = source.with_name("out.csv")
    report = files.tag_file(source, column, output, watch=files.Watch(said=said.append))
    assert len(output.read_text().splitlines()) == report.rows + 1
    return said[0], report.tagged_now


def test_the_part_folder_holds_no_text_of_the_input(broken_off: Path) -> None:
    part = broken_off.with_name("out.csv.part")
    assert sum(file.suffix == ".parquet" for file in part.iterdir()) == 3
    assert not [file for file in part.iterdir() if b"text 1" in file.read_bytes()]


def test_the_same_input_under_a_newer_date_goes_on(broken_off: Path) -> None:
    os.utime(broken_off, (0, 0))
    assert again(broken_off) == ("going on after 300 texts that are tagged already", 200)


def test_another_input_starts_anew(broken_off: Path) -> None:
    content = broken_off.read_text()
    broken_off.write_text(content[:-2] + "x\n")  # as long as before, another last letter
    said, tagged = again(broken_off)
    assert (said.split(".part ")[1], tagged) == ("is of another input; starting anew", 500)


def test_tags_of_another_input_are_not_met_again_later(broken_off: Path) -> None:
    broken_off.write_text(broken_off.read_text().replace("text", "TEXT"))
    break_off(broken_off, 1)
    assert again(broken_off) == ("going on after 100 texts that are tagged already", 400)


def test_another_column_and_model_start_anew(
    broken_off: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tag_stub, "VERSION", "stub-2")
    said, tagged = again(broken_off, "n")
    assert said.endswith("is of another column and another model; starting anew")
    assert tagged == 500
    assert "stub-1" not in broken_off.with_name("out.csv").read_text()


@pytest.mark.parametrize(("damaged", "kept"), [(0, 0), (1, 100), (2, 200)])
def test_damaged_tags_and_those_after_them_are_made_again(
    broken_off: Path, damaged: int, kept: int
) -> None:
    chunk = broken_off.with_name("out.csv.part") / f"tags-{damaged * 100:012}.parquet"
    chunk.write_bytes(chunk.read_bytes()[:-40])
    assert again(broken_off)[1] == 500 - kept


def test_tags_after_a_gap_are_made_again(broken_off: Path) -> None:
    (broken_off.with_name("out.csv.part") / f"tags-{100:012}.parquet").unlink()
    assert again(broken_off)[1] == 400


def test_a_manifest_that_cannot_be_read_starts_anew(broken_off: Path) -> None:
    (broken_off.with_name("out.csv.part") / "manifest.json").write_text("{")
    assert again(broken_off)[1] == 500


def test_two_at_once_and_a_foreign_folder_are_refused(broken_off: Path) -> None:
    part = broken_off.with_name("out.csv.part")
    with (
        FileLock(part / "lock"),
        pytest.raises(files.BadFile, match=r"another `heedline tag` is writing .*out\.csv;"),
    ):
        again(broken_off)
    (part / "part-0.parquet").write_text("mine")
    with pytest.raises(files.BadFile, match=r"out\.csv\.part is in the way; move it"):
        again(broken_off)
    assert (part / "part-0.parquet").exists()
