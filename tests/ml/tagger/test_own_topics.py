"""A company's own topics: read, learnt, scored, kept and believed only where sure."""

import dataclasses
import json

import numpy as np
import pytest
import yaml
from sklearn.feature_extraction.text import TfidfVectorizer
from typer.testing import CliRunner

import heedline
from ml.tagger import model
from ml.tagger.own_topics import fit as own_topics_fit
from ml.tagger.own_topics import head as own_topics
from ml.tagger.own_topics import words

TOPICS = {
    "loyalty_points": [
        "my points from the march order never showed up",
        "how many points do i need for free shipping",
        "points balance says 0 since the app update",
        "can I gift my loyalty points to my sister",
        "do the points expire if I do not buy anything for a year",
        "why did my reward points disappear",
    ],
    "oven_wont_heat": [
        "the oven stays cold whatever I do",
        "preheating takes an hour and then it is still not warm",
        "my new cooker does not get hot",
        "no heat from the top element",
        "oven light comes on but there is no heat",
        "the bread stayed raw because the oven never warmed up",
    ],
    "showroom_visit": [
        "when is your showroom open on saturday",
        "can I see the sofas somewhere in person",
        "do I need an appointment to visit the shop in Leeds",
        "is there parking at the showroom",
        "I would like to come by and try the chairs",
        "which of your stores has the blue one on display",
    ],
}


def best(head: own_topics.Head, texts: list[str]) -> list[str | None]:
    tagger = model.load()
    found = head.best(tagger.embeddings(texts), tagger.pieces(texts))
    return [name for name, _ in found]


@pytest.fixture(scope="module")
def head() -> own_topics.Head:
    return own_topics_fit.fit(TOPICS, model.load())


def test_topics_are_told_apart_and_scored_on_what_was_not_learnt_from(head) -> None:
    assert head.score.topics == 3
    assert head.score.examples == 18
    assert head.score.folds == 5
    assert head.score.accuracy >= 0.5  # five or fewer examples each, and none of them is a choice
    texts = ["where have my bonus points gone", "it does not heat up", "may I visit your shop"]
    tagger = model.load()
    found = head.logits(tagger.embeddings(texts), tagger.pieces(texts))
    assert found.shape == (3, 4)
    assert [head.names[place] for place in found.argmax(axis=1)] == list(TOPICS)


def test_what_it_is_not_sure_of_is_none_of_them(head) -> None:
    unsure = dataclasses.replace(head, cut=99.0)
    assert best(head, TOPICS["loyalty_points"][:1]) == ["loyalty_points"]
    assert best(unsure, TOPICS["loyalty_points"][:1]) == [None]


ELSEWHERE = [
    "where is my parcel",
    "my invoice is wrong",
    "how do I reset my password",
    "I want to cancel my subscription",
    "the app crashes when I open it",
    "can I get a refund for the broken lamp",
]


@pytest.mark.parametrize("topics", [1, 2, 3])
def test_few_topics_are_enough_and_what_is_about_something_else_is_none_of_them(topics) -> None:
    few = own_topics_fit.fit(dict(list(TOPICS.items())[:topics]), model.load())
    assert few.score.topics == topics
    last = list(TOPICS)[topics - 1]
    assert best(few, TOPICS[last]).count(last) >= 5
    assert best(few, ELSEWHERE) == [None] * 6


def test_what_people_said_teaches_it_too(tmp_path) -> None:
    (tmp_path / "topics.yml").write_text(yaml.safe_dump({"topics": TOPICS}))
    said = {"showroom_visit": ["is the shop open today"], "not in the file": ["whatever"]}
    found = own_topics.read(tmp_path / "topics.yml", said)
    assert found["showroom_visit"][-1] == "is the shop open today"
    assert list(found) == list(TOPICS)


def test_a_head_of_another_tagger_is_fitted_again_from_its_own_examples(head, tmp_path) -> None:
    own_topics.save(dataclasses.replace(head, version="old", tagger_version="another"), tmp_path)
    again = own_topics.load(tmp_path, model.load())
    assert (again.version, again.tagger_version) == (head.version, model.load().version)
    assert (tmp_path / "current").read_text() == f"{head.version}\n"


def test_a_head_kept_by_an_earlier_way_of_fitting_is_fitted_again(head, tmp_path) -> None:
    place = own_topics.save(dataclasses.replace(head, version="old"), tmp_path)
    np.savez(place / "head.npz", weights=head.weights[:, :384], bias=head.bias)
    facts = json.loads((place / "head.json").read_text())
    del facts["method"]
    (place / "head.json").write_text(json.dumps(facts))
    assert own_topics.load(tmp_path, model.load()).version == head.version


@pytest.mark.parametrize("texts", [[], [[7, 7, 8, 8, 9]], [[1, 2], [], [2, 3, 3, 4], [4, 9]]])
def test_words_are_weighed_as_scikit_learn_does(texts) -> None:
    learnt = words.learn([[7, 8], [7, 9, 9, 9], [8, 7], [2], [4, 2, 4]])
    peer = TfidfVectorizer(analyzer=list, sublinear_tf=True, min_df=2)
    peer.fit([[7, 8], [7, 9, 9, 9], [8, 7], [2], [4, 2, 4]])
    assert learnt.ids.tolist() == sorted(peer.vocabulary_) == [2, 7, 8]
    expected = peer.transform(texts).toarray() if texts else np.zeros((0, 3))
    assert learnt.features(texts).toarray() == pytest.approx(words.WEIGHT * expected)


def test_what_little_speaks_for_is_turned_away_though_a_topic_is_likely() -> None:
    logits = np.array([[3.0, 0.0, -4.0], [0.5, -2.5, -6.5], [0.0, 0.0, 5.0]])
    assert own_topics.evidence(logits) == pytest.approx(
        [3 + np.log1p(np.exp(-3)), 0.5 + np.log1p(np.exp(-3)), np.log(2)]
    )


def test_one_word_tells_two_topics_apart() -> None:
    asked = "my {} was swallowed by machine number {}"
    near = {
        kind: [asked.format(kind, n) for n in ("one", "two", "three", "four", "five", "six")]
        for kind in ("card", "voucher")
    }
    head = own_topics_fit.fit(near, model.load())
    tagger, blind = model.load(), np.zeros((2, 384), dtype=np.float32)
    texts = [asked.format(kind, "nine") for kind in near]
    by_words = head.logits(blind, tagger.pieces(texts))[:, :2]
    assert by_words.argmax(axis=1).tolist() == [0, 1]


def test_what_is_not_whole_says_what_to_do(tmp_path) -> None:
    (tmp_path / "current").write_text("gone\n")
    with pytest.raises(own_topics.BadTopics, match="heedline topics train"):
        own_topics.load(tmp_path, model.load())


def test_a_head_is_kept_by_version_and_the_newest_is_in_use(head, tmp_path) -> None:
    assert own_topics.load(tmp_path, model.load()) is None
    own_topics.save(head, tmp_path)
    again = own_topics.load(tmp_path, model.load())
    assert again is not None
    assert (again.version, again.names, again.cut, again.score) == (
        head.version, head.names, head.cut, head.score,
    )  # fmt: skip
    assert np.array_equal(again.weights, head.weights)
    assert np.array_equal(again.words.rarity, head.words.rarity)
    fewer = own_topics_fit.fit({n: e[:5] for n, e in TOPICS.items()}, model.load())
    own_topics.save(fewer, tmp_path)
    assert own_topics.load(tmp_path, model.load()).version == fewer.version != head.version
    assert (tmp_path / head.version / "head.npz").exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("topics: {}", "must map names"),
        ("topics: [a]", "must map names"),
        ("topics: {a: text}", "list of texts"),
        (yaml.safe_dump({"topics": {"a": ["x y"] * 9, "b": list("cdefg")}}), "'a' has 1 different"),
        (yaml.safe_dump({"topics": {"a": list("abcde"), "b": list("efghi")}}), "of 'a' and of 'b'"),
        (yaml.safe_dump({"topics": {"outage": list("abcde")}}), "'outage' is a built-in topic"),
        ("topics: {a: [", "line"),
    ],
)
def test_a_file_that_cannot_be_used_names_topic_and_remedy(content, message, tmp_path) -> None:
    (tmp_path / "topics.yml").write_text(content)
    with pytest.raises(own_topics.BadTopics, match=message):
        own_topics.read(tmp_path / "topics.yml")
    with pytest.raises(own_topics.BadTopics, match="copy"):
        own_topics.read(tmp_path / "nothing.yml")


def test_the_command_trains_and_tries(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("HEEDLINE_HOME", str(tmp_path))
    ask = ["topics", "try", "where are my points"]
    assert CliRunner().invoke(heedline.app, ask).exit_code != 0
    (tmp_path / "topics.yml").write_text(yaml.safe_dump({"topics": TOPICS}))
    trained = CliRunner().invoke(heedline.app, ["topics", "train"])
    assert trained.exit_code == 0, trained.output
    assert "3 topics, 18 examples" in trained.output
    tried = CliRunner().invoke(heedline.app, ask)
    assert "loyalty_points" in tried.output
