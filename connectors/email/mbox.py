"""An mbox file → its letters, one at a time: plain or gzipped, however long the file is.

The variants differ in how they keep a body's own `From ` line from looking like a separator. So a
separator here is a whole RFC 4155 line (sender and time) after an empty line or before a header;
`>From ` loses one `>` (mboxrd, and mboxo where it matters).
"""

import gzip
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

# What is longer is set aside: a letter is read whole, and mail systems stop far below this.
LONGEST_LETTER = 64 << 20
_DAY = rb"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),?"
_MONTH = rb"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_TIME = rb"\d{1,2}:\d\d(?::\d\d)?"
_ZONE = rb"(?:[A-Za-z]{1,5}|[+-]\d{4})"
# asctime as RFC 4155 has it; a zone before the year (Gmail) or after it.
_SEPARATOR = re.compile(
    rb"From .*?\b%b +(?:%b +\d{1,2}|\d{1,2} +%b) +%b(?: +%b)* +\d{4}(?: +%b)*\s*$"
    % (_DAY, _MONTH, _MONTH, _TIME, _ZONE, _ZONE)
)
_HEADER = re.compile(rb"[!-9;-~]+[ \t]*:|>From ")
_ESCAPED = re.compile(rb"^>(>*From )", re.MULTILINE)
# Readers stop a line here, so that a file without line ends does not fill the memory.
_LONGEST_LINE = 1 << 20


class Broken(ValueError):
    """The file cannot be read to its end: what is wrong; what to do."""


@dataclass(frozen=True)
class Letter:
    """One letter of the file; `problem` says why `raw` is not the whole letter.

    Attributes:
        number: its place in the file, from 1; 0 for what stands before the first separator.
    """

    number: int
    raw: bytes
    problem: str = ""


def check(path: Path) -> None:
    """Read a gzipped file to its end, keeping nothing: a cut one must not be taken by half.

    Raises:
        Broken: it is cut off or no gzip file.
    """
    if _is_gzipped(path):
        with _opened(path) as file:
            try:
                while file.read(1 << 20):
                    pass
            except (EOFError, OSError, zlib.error) as error:
                said = f"cannot be unpacked ({type(error).__name__}); copy it again"
                raise Broken(said) from None


def letters(path: Path) -> Iterator[Letter]:
    """Every letter, in file order."""
    number, size = 0, 0
    kept: list[bytes] = []
    with _opened(path) as file:
        for line, begins in _lines(file):
            if begins:
                yield from _letter(number, kept, size)
                number, size, kept = number + 1, 0, []
                continue
            size += len(line)
            # The head of a letter that is too long still says whose it is.
            if size <= LONGEST_LETTER:
                kept.append(line)
    yield from _letter(number, kept, size)


def _letter(number: int, kept: list[bytes], size: int) -> Iterator[Letter]:
    # The format's own empty line before the next separator is not the letter's.
    lines = kept[:-1] if kept and kept[-1] in (b"\n", b"\r\n") else kept
    raw = _ESCAPED.sub(rb"\1", b"".join(lines))
    if number == 0:
        if raw.strip():
            problem = "stands before the first From line; is the file an mbox?"
            yield Letter(0, raw[:_LONGEST_LINE], problem)
    elif size > LONGEST_LETTER:
        problem = f"is longer than {LONGEST_LETTER >> 20} MiB; drop it without its attachments"
        yield Letter(number, raw[:_LONGEST_LINE], problem)
    else:
        yield Letter(number, raw, "")


def _lines(file: BinaryIO) -> Iterator[tuple[bytes, bool]]:
    """Lines of at most `_LONGEST_LINE`, each with whether a letter begins with it."""
    before, line = b"\n", file.readline(_LONGEST_LINE)
    while line:
        following = file.readline(_LONGEST_LINE)
        begins = (
            before.endswith(b"\n")
            and bool(_SEPARATOR.match(line))
            and (not before.strip() or bool(_HEADER.match(following)))
        )
        yield line, begins
        before, line = line, following


def _is_gzipped(path: Path) -> bool:
    return path.suffix.lower() == ".gz"


def _opened(path: Path) -> BinaryIO:
    # One interface, two classes that share no useful base.
    return gzip.open(path) if _is_gzipped(path) else path.open("rb")  # type: ignore[return-value]
