"""Which language a text is in, and whether the tagger was trained on it.

py3langid is sure from about five words on. Below that its guess is close to a coin toss, so short
texts count as English when the English vocabulary knows their words whole, else as undetermined.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

SUPPORTED = frozenset({"en"})

UNDETERMINED = "und"

CANDIDATES = (
    "ar", "bg", "cs", "da", "de", "el", "en", "es", "fi", "fr", "he", "hi", "hr", "hu", "id", "it",
    "ja", "ko", "nl", "no", "pl", "pt", "ro", "ru", "sk", "sv", "th", "tr", "uk", "vi", "zh",
)  # fmt: skip

_SURE = 0.8
_LIKELY = 0.4
_ENOUGH_LETTERS = 25
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_FILLERS = re.compile(r"@user\b|\b(?:http|email|number)\b")


@dataclass(frozen=True)
class Language:
    """ISO 639-1 code (`und` = cannot tell) and whether the model knows the language."""

    code: str
    is_supported: bool


@lru_cache(maxsize=1)
def _identifier() -> LanguageIdentifier:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(CANDIDATES))
    return identifier


def _known_share(words: list[str], vocabulary: frozenset[str]) -> float:
    parts = [part for word in words for part in word.lower().split("'")]
    return sum(part in vocabulary for part in parts) / len(parts)


def words_of(text: str) -> list[str]:
    """Words of a normalised text, without those that stand for links, addresses and numbers."""
    return _WORD.findall(_FILLERS.sub(" ", text))


def identify(text: str, vocabulary: frozenset[str]) -> Language:
    """Language of a normalised text.

    Args:
        vocabulary: whole words of the encoder's (English) tokenizer, lower case.
    """
    own = _FILLERS.sub(" ", text)
    words = words_of(text)
    if not words:
        return Language(UNDETERMINED, False)
    best, probability = _identifier().classify(own)
    letters = sum(map(len, words))
    if probability >= _SURE or (letters >= _ENOUGH_LETTERS and probability >= _LIKELY):
        return Language(best, best in SUPPORTED)
    if all(word.isascii() for word in words) and _known_share(words, vocabulary) >= 0.6:
        return Language("en", True)
    return Language(best if probability >= _LIKELY else UNDETERMINED, False)
