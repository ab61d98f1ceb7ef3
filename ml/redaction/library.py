"""Presidio's recognisers, called one by one: no NLP engine, no language model, nothing from the
net.

Importing presidio takes seconds (it imports spaCy), so it happens at the first text that needs a
recogniser. Each is given a short candidate, never a whole text: its patterns then have bounded
work.
"""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

_LONGEST = 600


@dataclass(frozen=True)
class Library:
    """One instance of each recogniser used."""

    email: Any
    iban: Any
    card: Any
    ip: Any
    postcode: Any
    ids: dict[str, Any]


@contextmanager
def _as_if_not_installed(package: str) -> Iterator[None]:
    """Presidio takes transformers where it finds it: a second to import, and no recogniser of ours
    uses it."""
    if package in sys.modules:
        yield
        return
    sys.modules[package] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[package]


@cache
def library() -> Library:
    """The recognisers, made once."""
    with _as_if_not_installed("transformers"):
        from presidio_analyzer import predefined_recognizers as known

    # Their log lines may hold the text that failed.
    logging.getLogger("presidio-analyzer").setLevel(logging.CRITICAL)

    class Email(known.EmailRecognizer):
        """Presidio asks tldextract, which goes online, whether the ending is a public one. An
        address at an internal domain is as personal, so the question is not asked."""

        def validate_result(self, pattern_text: str) -> bool | None:
            return None

    return Library(
        email=Email(),
        iban=known.IbanRecognizer(exact_match=True),
        card=known.CreditCardRecognizer(),
        ip=known.IpRecognizer(),
        postcode=known.UkPostcodeRecognizer(),
        ids={
            "us_ssn": known.UsSsnRecognizer(),
            "uk_nino": known.UkNinoRecognizer(),
            "uk_nhs": known.NhsRecognizer(),
            "de_tax_id": known.DeTaxIdRecognizer(),
            "de_pension": known.DeSocialSecurityRecognizer(),
            "es_nif": known.EsNifRecognizer(),
            "es_nie": known.EsNieRecognizer(),
            "it_fiscal": known.ItFiscalCodeRecognizer(),
            "pl_pesel": known.PlPeselRecognizer(),
            "in_aadhaar": known.InAadhaarRecognizer(),
            "au_tfn": known.AuTfnRecognizer(),
            "au_medicare": known.AuMedicareRecognizer(),
            "fi_hetu": known.FiPersonalIdentityCodeRecognizer(),
        },
    )


def matches(recogniser: Any, candidate: str, least: float = 0.0) -> list[tuple[int, int]]:
    """Where in `candidate` the recogniser finds something with a score above `least`."""
    found = recogniser.analyze(candidate[:_LONGEST], recogniser.supported_entities)
    return sorted((hit.start, hit.end) for hit in found if hit.score > least)


def passes(recogniser: Any, candidate: str) -> bool:
    """Whether the recogniser takes the whole of `candidate`."""
    return (0, len(candidate)) in matches(recogniser, candidate)
