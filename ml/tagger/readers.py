"""Read the public sources of `manifest.yml` as (label, text) pairs, each in its own format."""

import csv
import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path

Pairs = Iterator[tuple[str, str]]


def _csv(path: Path, text: str, label: str) -> Pairs:
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield row[label], row[text]


def semeval(paths: list[Path]) -> Pairs:
    """Tweets; the file keeps some characters as literal backslash-u escapes."""
    for path in paths:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for line in file:
                row = json.loads(line)
                text = row["t"].replace("\\u002c", ",").replace("\\u2019", "'")
                yield str(row["y"]), text


def goemotions(paths: list[Path]) -> Pairs:
    """Comments with one emotion; those with several are left out unless they are the same."""
    tables = [path for path in paths if path.suffix == ".tsv"]
    names = next(path for path in paths if path.name == "labels.txt").read_text().split()
    for path in tables:
        with path.open(encoding="utf-8", newline="") as file:
            for text, numbers, _ in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                if "," not in numbers:
                    yield names[int(numbers)], text.replace("[NAME]", "@user")


def sst5(paths: list[Path]) -> Pairs:
    for path in paths:
        for line in path.read_text(encoding="utf-8").splitlines():
            label, _, text = line.partition("\t")
            yield label.removeprefix("__label__"), text


def senti4sd(paths: list[Path]) -> Pairs:
    for path in paths:
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.reader(file, delimiter=";"):
                if len(row) >= 3:
                    yield row[1], row[2]


def banking77(paths: list[Path]) -> Pairs:
    for path in paths:
        yield from _csv(path, "text", "category")


def bitext(paths: list[Path]) -> Pairs:
    for path in paths:
        yield from _csv(path, "utterance", "intent")


def clinc150(paths: list[Path]) -> Pairs:
    for path in paths:
        data = json.loads(path.read_text(encoding="utf-8"))
        for split in data.values():
            for text, intent in split:
                yield intent, text


def multidogo(paths: list[Path]) -> Pairs:
    """Chat sentences; replies such as "ok" carry the chat's intent, so very short ones are skipped
    unless small talk is what their label says."""
    talk = {"openinggreeting", "closinggreeting", "confirmation", "rejection", "contentonly"}
    for path in paths:
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                intent, text = row["intent"], row["utterance"]
                if intent and text and (intent in talk | {"thankyou"} or len(text.split()) >= 4):
                    yield intent, text


def nlupp(paths: list[Path]) -> Pairs:
    """Requests with several intents each, folded into the few combinations that we can use."""
    for path in paths:
        for row in json.loads(path.read_text(encoding="utf-8")):
            intents = set(row.get("intents", []))
            closing = "cancel_close_leave_freeze" in intents and "deny" not in intents
            if "handoff" in intents:
                yield ("handoff+deny" if "deny" in intents else "handoff"), row["text"]
            elif closing and "account" in intents and "freez" not in row["text"].lower():
                yield "close_account", row["text"]
            elif closing and not intents & {"account", "savings", "current"}:
                yield "cancel_thing", row["text"]
            elif "lost_stolen" in intents:
                yield "lost_stolen", row["text"]
            elif "request_info" in intents and "wrong_notworking_notshowing" not in intents:
                yield "request_info", row["text"]


READERS: dict[str, Callable[[list[Path]], Pairs]] = {
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
