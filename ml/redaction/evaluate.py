"""`python -m ml.redaction.evaluate`: precision and recall per kind on texts of known content."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from scipy.stats import binomtest

from ml.redaction.examples import Example, examples
from ml.redaction.kinds import KINDS, Span
from ml.redaction.redact import find

ALL = "all"


@dataclass
class Score:
    """Counts of one kind. Hidden: nothing of it is left to read, under whatever name."""

    told: int = 0
    hidden: int = 0
    named: int = 0
    found: int = 0
    right: int = 0


def wilson(hits: int, trials: int) -> tuple[float, float]:
    """The 95 % score interval of a share (Wilson 1927); the whole range without trials."""
    if not trials:
        return 0.0, 1.0
    interval = binomtest(hits, trials).proportion_ci(method="wilson")
    return float(interval.low), float(interval.high)


def _covered(text: str, span: Span, by: Iterable[Span]) -> bool:
    hidden = {place for other in by for place in range(other.start, other.end)}
    return all(
        place in hidden or not text[place].isalnum() for place in range(span.start, span.end)
    )


def _overlap(one: Span, other: Span) -> int:
    return min(one.end, other.end) - max(one.start, other.start)


def score(
    some: Iterable[Example], finder: Callable[[str], list[Span]] = find
) -> tuple[dict[str, Score], list[tuple[str, str]]]:
    """Counts per kind, and the mistakes as (what, text).

    A finding is right when most of it is personal data of its kind; data is hidden when no letter
    or digit of it is outside a finding.
    """
    scores = {kind: Score() for kind in (*KINDS, ALL)}
    mistakes = []
    for example in some:
        found = finder(example.text)
        for span in example.spans:
            hidden = _covered(example.text, span, found)
            named = hidden and any(f.kind == span.kind and _overlap(f, span) > 0 for f in found)
            for name in (span.kind, ALL):
                scores[name].told += 1
                scores[name].hidden += hidden
                scores[name].named += named
            if not hidden:
                mistakes.append((f"missed {span.kind}", example.text))
        for finding in found:
            right = any(
                finding.kind == span.kind
                and 2 * _overlap(finding, span) >= finding.end - finding.start
                for span in example.spans
            )
            for name in (finding.kind, ALL):
                scores[name].found += 1
                scores[name].right += right
            if not right:
                piece = example.text[finding.start : finding.end]
                mistakes.append((f"wrong {finding.kind} {piece!r}", example.text))
    return scores, mistakes


def _share(hits: int, trials: int) -> str:
    if not trials:
        return f"{'–':>22}"
    low, high = wilson(hits, trials)
    return f"{hits / trials:8.3f} [{low:.3f}, {high:.3f}]".rjust(22)


def report(scores: dict[str, Score]) -> str:
    """The table that is printed."""
    lines = [
        f"{'kind':<12} {'told':>5} {'hidden (recall)':>23} {'named right':>23} "
        f"{'found':>6} {'precision':>23}"
    ]
    for kind, one in scores.items():
        lines.append(
            f"{kind:<12} {one.told:>5} {_share(one.hidden, one.told)} "
            f"{_share(one.named, one.told)} "
            f"{one.found:>6} {_share(one.right, one.found)}"
        )
    return "\n".join(lines)


def main() -> None:
    """Print the scores of the templates rules were mended on, of those held out, and mistakes."""
    made = examples()
    for title, held_out in (
        ("templates rules were mended on", False),
        ("held-out templates", True),
    ):
        some = [example for example in made if example.held_out is held_out]
        scores, mistakes = score(some)
        print(
            f"\n{title}: {len(some)} texts, "
            f"{sum(not e.spans for e in some)} of them without personal data"
        )
        print(report(scores))
        for what, count in Counter(what.split(" '")[0] for what, _ in mistakes).most_common():
            print(f"  {what}: {count}")


if __name__ == "__main__":
    main()
