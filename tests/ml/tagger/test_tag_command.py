"""What `heedline tag` says, and how it fails."""

import errno
import io
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from commands import tag as command
from heedline import app
from ml.tagger.files import reading as file_input
from ml.tagger.files import tagging as files
from tests.ml.tagger import tag_stub


def table(folder: Path, rows: str) -> Path:
    source = folder / "in.csv"
    source.write_text(f"n,body\n{rows}")
    return source


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
    source = table(tmp_path, "1,x\n2,y\n3,z\n4,\n")
    code, said = invoke(source)
    first, second = said.splitlines()
    assert code == 0
    assert first.startswith(f"{tmp_path}/out.csv: 4 rows tagged by stub-1, 4 of them now in 0.")
    assert second == "  1 empty or in no language it knows: neutral, confidence 0"


@pytest.mark.usefixtures("_stub")
def test_a_terminal_sees_how_fast_it_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    screen = io.StringIO()
    monkeypatch.setattr(command, "err", Console(file=screen, force_terminal=True, width=100))
    monkeypatch.setattr(file_input, "GROUP_ROWS", 1)
    assert invoke(table(tmp_path, "1,x\n2,y\n"))[0] == 0
    assert "tagging" in screen.getvalue()
    assert "2/2" in screen.getvalue()
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
    source = table(tmp_path, "1,x\n2,y\n")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("ml.tagger.files.writing.CsvSink.write", full)
        code, said = invoke(source)
    assert code == 1
    assert said == (
        f"{tmp_path}/out.csv: No space left on device; when that is mended, the same command "
        "goes on where it was"
    )
    assert "going on after 2 texts that are tagged already" in invoke(source)[1]


def test_a_model_that_is_not_there_is_said_before_anything_is_tagged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(_: object) -> None:
        raise RuntimeError("model.onnx is missing; restore it")

    monkeypatch.setattr(files, "tag_texts", missing)
    assert invoke(table(tmp_path, "1,x\n2,y\n")) == (1, "model.onnx is missing; restore it")
    assert [file.name for file in tmp_path.iterdir()] == ["in.csv"]
