"""Read the public sources of `manifest.yml`, each in its own format, as rows of one shape."""

import csv
import gzip
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Row:
    """One text of a source.

    Attributes:
        label: what `groups` of the manifest are told by; empty where it says nothing to our heads.
        intents: the source's own labels, learnt by a head of their own beside ours.
        is_held_out: the source keeps this row for validation or test.
    """

    text: str
    label: str
    intents: tuple[str, ...] = ()
    is_held_out: bool = False


Rows = Iterator[Row]


def _held_out(path: Path) -> bool:
    return any(word in path.name.lower() for word in ("test", "dev", "valid"))


def _csv(path: Path, text: str, label: str) -> Rows:
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield Row(row[text], row[label], (row[label],), _held_out(path))


def semeval(paths: list[Path]) -> Rows:
    """Tweets; the file keeps some characters as literal backslash-u escapes."""
    for path in paths:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for line in file:
                row = json.loads(line)
                text = row["t"].replace("\\u002c", ",").replace("\\u2019", "'")
                yield Row(text, str(row["y"]))


def goemotions(paths: list[Path]) -> Rows:
    """Comments with their emotions; only one that stands alone says something about sentiment."""
    tables = [path for path in paths if path.suffix == ".tsv"]
    names = next(path for path in paths if path.name == "labels.txt").read_text().split()
    for path in tables:
        with path.open(encoding="utf-8", newline="") as file:
            for text, numbers, _ in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                emotions = tuple(names[int(number)] for number in numbers.split(","))
                label = emotions[0] if len(emotions) == 1 else ""
                yield Row(text.replace("[NAME]", "@user"), label, emotions, _held_out(path))


def sst5(paths: list[Path]) -> Rows:
    for path in paths:
        for line in path.read_text(encoding="utf-8").splitlines():
            label, _, text = line.partition("\t")
            yield Row(text, label.removeprefix("__label__"), (), _held_out(path))


def senti4sd(paths: list[Path]) -> Rows:
    for path in paths:
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.reader(file, delimiter=";"):
                if len(row) >= 3:
                    yield Row(row[2], row[1])


def banking77(paths: list[Path]) -> Rows:
    for path in paths:
        yield from _csv(path, "text", "category")


def bitext(paths: list[Path]) -> Rows:
    for path in paths:
        yield from _csv(path, "utterance", "intent")


def clinc150(paths: list[Path]) -> Rows:
    """Requests to an assistant; those out of scope (`oos`) belong to no intent."""
    for path in paths:
        data = json.loads(path.read_text(encoding="utf-8"))
        for split, rows in data.items():
            for text, intent in rows:
                yield Row(text, intent, () if intent == "oos" else (intent,), "train" not in split)


def multidogo(paths: list[Path]) -> Rows:
    """Chat sentences; replies such as "ok" carry the chat's intent, so very short ones are skipped
    unless small talk is what their label says."""
    talk = {"openinggreeting", "closinggreeting", "confirmation", "rejection", "contentonly"}
    for path in paths:
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                intent, text = row["intent"], row["utterance"]
                if not intent or not text or "<div>" in intent:
                    continue
                if intent in talk | {"thankyou"} or len(text.split()) >= 4:
                    yield Row(text, intent, (intent,), _held_out(path))


def _nlupp_label(intents: set[str], text: str) -> str:
    """The few combinations of intents that mean something to our heads."""
    closing = "cancel_close_leave_freeze" in intents and "deny" not in intents
    if "handoff" in intents:
        return "handoff+deny" if "deny" in intents else "handoff"
    if closing and "account" in intents and "freez" not in text.lower():
        return "close_account"
    if closing and not intents & {"account", "savings", "current"}:
        return "cancel_thing"
    if "lost_stolen" in intents:
        return "lost_stolen"
    if "request_info" in intents and "wrong_notworking_notshowing" not in intents:
        return "request_info"
    return ""


def nlupp(paths: list[Path]) -> Rows:
    """Requests with several intents each."""
    for path in paths:
        for row in json.loads(path.read_text(encoding="utf-8")):
            intents = row.get("intents", [])
            yield Row(row["text"], _nlupp_label(set(intents), row["text"]), tuple(intents))


READERS: dict[str, Callable[[list[Path]], Rows]] = {
    reader.__name__: reader
    for reader in (
        semeval,
        goemotions,
        sst5,
        senti4sd,
        banking77,
        bitext,
        clinc150,
        multidogo,
        nlupp,
    )
}
