"""The evaluation: its arithmetic, its texts, and the least the rules must reach."""

import pytest

from ml.redaction import evaluate
from ml.redaction.examples import Example, examples
from ml.redaction.kinds import KINDS, Span


def test_there_are_enough_texts_of_every_kind_and_they_say_the_truth() -> None:
    made = examples()
    assert made == examples()
    assert len(made) >= 1000
    assert sum(not example.spans for example in made) >= 250
    assert {span.kind for example in made for span in example.spans} == set(KINDS)
    for example in made:
        assert all(0 <= a.start < a.end <= len(example.text) for a in example.spans)
        assert "{" not in example.text


def test_hidden_named_right_and_precise_are_counted_apart() -> None:
    example = Example(
        "mail a@b.com or 4155550123 now", (Span(5, 12, "EMAIL"), Span(16, 26, "PHONE")), False
    )
    found = [Span(5, 12, "EMAIL"), Span(16, 26, "CARD"), Span(27, 30, "NAME")]
    scores, mistakes = evaluate.score([example], lambda _: found)
    assert (scores["EMAIL"].hidden, scores["EMAIL"].named, scores["EMAIL"].right) == (1, 1, 1)
    assert (scores["PHONE"].hidden, scores["PHONE"].named) == (1, 0)
    assert (scores["CARD"].found, scores["CARD"].right) == (1, 0)
    assert (scores["all"].told, scores["all"].hidden, scores["all"].right) == (2, 2, 1)
    assert len(mistakes) == 2


def test_an_address_half_seen_is_not_hidden() -> None:
    example = Example("a@b.com", (Span(0, 7, "EMAIL"),), False)
    scores, _ = evaluate.score([example], lambda _: [Span(0, 5, "EMAIL")])
    assert scores["EMAIL"].hidden == 0


def test_intervals_are_those_of_wilson() -> None:
    assert evaluate.wilson(0, 0) == (0.0, 1.0)
    assert evaluate.wilson(8, 10) == pytest.approx((0.490, 0.943), abs=0.001)


def test_rules_reach_on_held_out_templates_what_the_documentation_says() -> None:
    scores, _ = evaluate.score(example for example in examples() if example.held_out)
    for kind in set(KINDS) - {"NAME"}:
        assert scores[kind].hidden >= 0.99 * scores[kind].told
        assert scores[kind].right >= 0.95 * scores[kind].found
    assert scores["NAME"].hidden >= 0.7 * scores["NAME"].told


def test_the_report_can_be_read(capsys) -> None:
    evaluate.main()
    printed = capsys.readouterr().out
    assert "held-out templates" in printed
    assert all(kind in printed for kind in KINDS)
