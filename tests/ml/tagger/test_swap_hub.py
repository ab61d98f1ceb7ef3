"""A checkpoint named by its id: fetched once from a hub (here on 127.0.0.1), kept in the home."""

import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from huggingface_hub import constants

from ml.tagger import model
from ml.tagger.swap import checkpoint as swap_checkpoint
from ml.tagger.swap import heads as swap
from ml.tagger.swap.heads import Swap
from tests.ml.tagger.swap_files import MOODS, checkpoint, config
from warehouse.settings import settings

COMMIT = "c" * 40
ENTRY = {"checkpoint": "some/moods", "labels": MOODS}


class Hub(ThreadingHTTPServer):
    """The three calls of the hub's interface that fetching makes, for one repository."""

    def __init__(self, files: dict[str, bytes]) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.files, self.asked = files, []

    def fetched(self) -> list[str]:
        start = f"/some/moods/resolve/{COMMIT}/"
        return sorted({path.removeprefix(start) for path in self.asked if start in path})


class _Answer(BaseHTTPRequestHandler):
    server: Hub

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        files, path = self.server.files, self.path.split("?")[0]
        if path == f"/api/models/some/moods/tree/{COMMIT}":
            listed = [
                {"type": "file", "path": name, "size": len(data), "oid": _tag(data)}
                for name, data in files.items()
            ]
            self._send(json.dumps(listed).encode())
        elif path.startswith("/api/models/some/moods/revision/"):
            self._send(json.dumps({"id": "some/moods", "sha": COMMIT}).encode())
        elif (name := path.removeprefix(f"/some/moods/resolve/{COMMIT}/")) in files:
            self._send(files[name], **{"ETag": f'"{_tag(files[name])}"', "X-Repo-Commit": COMMIT})
        else:
            self._send(b"", 404, **{"X-Error-Code": "RepoNotFound"})

    do_HEAD = do_GET

    def _send(self, body: bytes, code: int = 200, **headers: str) -> None:
        self.send_response(code)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def _tag(data: bytes) -> str:
    return hashlib.sha1(data).hexdigest()


@pytest.fixture
def hub(monkeypatch) -> Iterator[Hub]:
    monkeypatch.setattr(swap_checkpoint, "need_torch", lambda file: None)
    described = (checkpoint("described", list(MOODS)) / "config.json").read_bytes()
    files = {
        "config.json": described,
        "tokenizer.json": b"{}",
        "model.safetensors": b"weights",
        "pytorch_model.bin": b"the same weights",
        "onnx/config.json": b"{}",
        "README.md": b"a card",
    }
    with Hub(files) as server:
        place = f"http://127.0.0.1:{server.server_port}"
        monkeypatch.setattr(constants, "ENDPOINT", place)
        template = place + "/{repo_id}/resolve/{revision}/{filename}"
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def loaded(**told: str) -> Swap:
    swap._loaded.cache_clear()  # as in another process
    config({"sentiment": {**ENTRY, **told}})
    (found,) = model.load().swaps
    return found


def test_what_is_needed_is_fetched_once_into_the_home(hub) -> None:
    first = loaded()
    assert hub.fetched() == ["config.json", "model.safetensors", "tokenizer.json"]
    assert settings().root / "models" / "hub" in first.score.folder.parents
    hub.asked.clear()
    assert loaded().version == loaded(revision=COMMIT).version == first.version
    assert hub.asked == []


def test_a_checkpoint_with_older_weights_alone_comes_with_those(hub) -> None:
    del hub.files["model.safetensors"]
    loaded()
    assert hub.fetched() == ["config.json", "pytorch_model.bin", "tokenizer.json"]


def test_what_was_fetched_in_part_is_fetched_whole(hub) -> None:
    first = loaded()
    (first.score.folder / "model.safetensors").unlink()
    assert loaded().version == first.version


@pytest.mark.parametrize(
    ("named", "files", "message"),
    [
        ("some/other", None, "the hub does not give it (404"),
        ("some/moods", {"config.json": b"{}"}, "it holds no weights for PyTorch"),
        ("no name", None, "the hub does not give it"),
    ],
)
def test_what_the_hub_does_not_give_is_refused(named, files, message, hub) -> None:
    hub.files = files or hub.files
    file = config({"sentiment": {**ENTRY, "checkpoint": named}})
    with pytest.raises(model.BadModel) as caught:
        model.load()
    assert f"{file}: sentiment: {named}: " in str(caught.value)
    assert message in str(caught.value)
    assert "look at its name and the network" in str(caught.value)


def test_without_a_network_what_was_fetched_serves_and_other_things_are_refused(
    hub, monkeypatch
) -> None:
    first = loaded()
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert loaded().version == first.version
    with pytest.raises(model.BadModel, match="look at its name and the network"):
        loaded(revision="d" * 40)
