"""`heedline tag` broken off and started again, and what it says on the way."""

import errno
import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock
from rich.console import Console
from typer.testing import CliRunner

from commands import tag as command
from heedline import app
from ml.tagger import file_input, files
from tests.ml import tag_stub

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
        [sys.executable, "-m", "tests.ml.tag_stub", "tag", *arguments],
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


@pytest.fixture
def broken_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The input of a start that ended after 300 of 500 texts; the output is `out.csv`."""
    monkeypatch.setattr(file_input, "GROUP_ROWS", 100)
    calls: list[int] = []

    def dying(texts):
        calls.append(1)
        if len(calls) == 5:
            raise KeyboardInterrupt
        return tag_stub.tag_texts(texts)

    monkeypatch.setattr(files, "tag_texts", dying)
    source = table(tmp_path, 500)
    with pytest.raises(KeyboardInterrupt):
        files.tag_file(source, "body", tmp_path / "out.csv")
    monkeypatch.setattr(files, "tag_texts", tag_stub.tag_texts)
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
    chunk = broken_off.with_name("out.csv.part") / f"{damaged * 100:012}.parquet"
    chunk.write_bytes(chunk.read_bytes()[:-40])
    assert again(broken_off)[1] == 500 - kept


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
    (part / "holiday.jpg").write_text("mine")
    with pytest.raises(files.BadFile, match=r"out\.csv\.part is in the way; move it"):
        again(broken_off)
    assert (part / "holiday.jpg").exists()


def invoke(source: Path, *more: str) -> tuple[int, str]:
    output = source.with_name("out.csv")
    arguments = ["tag", "--input", str(source), "--text-column", "body", "--output", str(output)]
    result = CliRunner().invoke(app, [*arguments, *more])
    return result.exit_code, result.output or str(result.exception)


@pytest.fixture
def _stub(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "tag_texts", tag_stub.tag_texts)


@pytest.mark.usefixtures("_stub")
def test_the_command_says_what_it_wrote_and_shows_no_bar_in_a_pipe(tmp_path: Path) -> None:
    source = table(tmp_path, 3)
    source.write_text(source.read_text() + "4,\n")
    code, said = invoke(source)
    first, second = said.splitlines()
    assert code == 0
    assert first.startswith(f"{tmp_path}/out.csv: 4 rows tagged by stub-1, 4 of them now in 0.")
    assert second == "  1 empty or in no language it knows: neutral, confidence 0"


@pytest.mark.usefixtures("_stub")
def test_a_terminal_sees_how_fast_it_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    screen = io.StringIO()
    monkeypatch.setattr(command, "err", Console(file=screen, force_terminal=True, width=100))
    monkeypatch.setattr(file_input, "GROUP_ROWS", 100)
    assert invoke(table(tmp_path))[0] == 0
    assert "tagging" in screen.getvalue()
    assert "1050/1050" in screen.getvalue()
    assert "texts/s" in screen.getvalue()


def test_what_can_be_mended_is_one_line(tmp_path: Path) -> None:
    code, said = invoke(tmp_path / "no.csv")
    assert (code, said) == (
        1,
        f"{tmp_path}/no.csv: no such file; look at the path given with --input",
    )


@pytest.mark.usefixtures("_stub")
def test_a_full_disk_is_said_and_the_next_start_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = table(tmp_path)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("ml.tagger.file_output.CsvSink.write", full)
        code, said = invoke(source)
    assert code == 1
    assert said == (
        f"{tmp_path}/out.csv: No space left on device; when that is mended, the same command "
        "goes on where it was"
    )
    assert again(source) == ("going on after 1,050 texts that are tagged already", 0)


def test_a_model_that_is_not_there_is_said_before_anything_is_tagged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(_: object) -> None:
        raise RuntimeError("model.onnx is missing; restore it")

    monkeypatch.setattr(files, "tag_texts", missing)
    assert invoke(table(tmp_path)) == (1, "model.onnx is missing; restore it")
    assert [file.name for file in tmp_path.iterdir()] == ["in.csv"]
