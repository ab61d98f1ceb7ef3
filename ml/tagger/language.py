"""Which language a text is in, and whether the tagger was trained on it.

py3langid is sure from about five words on. Below that its guess is close to a coin toss, so a short
text counts as English when English leads the guess, when the English vocabulary knows its words
whole, or when English comes near the leader and a third of the words are known; else it is in the
leader's language, or undetermined. (Of 5,897 English texts under 70 letters this turns 7 away, of
85 short foreign ones it lets 10 in.)
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
_NEAR = 0.3
"""Part of the leader's probability from which English is near it."""

_SHORTHAND = frozenset({
    "asap", "brb", "btw", "dm", "fyi", "gonna", "hw", "idk", "k", "lmao", "lol", "meh", "n", "nah",
    "ngl", "omg", "pls", "plz", "rn", "smh", "tbh", "thx", "ty", "u", "ur", "wtf", "wth", "ya",
    "yep", "yup",
})  # fmt: skip
"""What people type for English words, whole words to nobody's vocabulary."""

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
    return sum(part in vocabulary or part in _SHORTHAND for part in parts) / len(parts)


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
    likely = dict(_identifier().rank(own))
    best = max(likely, key=likely.__getitem__)
    probability, letters = likely[best], sum(map(len, words))
    if probability >= _SURE or (letters >= _ENOUGH_LETTERS and probability >= _LIKELY):
        return Language(best, best in SUPPORTED)
    known = _known_share(words, vocabulary) if all(map(str.isascii, words)) else 0.0
    is_near = likely["en"] >= _NEAR * probability
    if best == "en" or known >= 0.6 or (is_near and known >= 0.34):
        return Language("en", True)
    return Language(best if probability >= _LIKELY else UNDETERMINED, False)
