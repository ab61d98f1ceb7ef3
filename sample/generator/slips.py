"""Slips of the keyboard: what real texts have and templates lack."""

import random

EMOJI = ("🙏", "😡", "🌱", "😕", "👍", "🙂", "🤷")


def slip(rng: random.Random, text: str) -> str:
    """The text as typed: mostly clean, now and then hurried."""
    draw = rng.random()
    if draw < 0.80:
        return text
    if draw < 0.86:
        return text.lower()
    if draw < 0.92:
        return _swap(rng, text)
    if draw < 0.95:
        return text.rstrip(".!") + rng.choice(("...", "!!", " ", "!"))
    if draw < 0.965 and len(text) < 120:
        return text.upper()
    return text if draw < 0.98 else f"{text} {rng.choice(EMOJI)}"


def _swap(rng: random.Random, text: str) -> str:
    """Two neighbouring letters in the wrong order, or one dropped."""
    if len(text) < 12:
        return text
    i = rng.randint(1, len(text) - 3)
    if not text[i : i + 2].isalpha():
        return text
    if rng.random() < 0.5:
        return text[:i] + text[i + 1] + text[i] + text[i + 2 :]
    return text[:i] + text[i + 1 :]
