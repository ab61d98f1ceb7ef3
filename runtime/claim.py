"""One company to a home: a HEEDLINE_HOME holds the sample company of one size, or your own systems.

Cursors and raw rows know nothing of where they came from. A run on another company in the same home
would ask the new one "what is new since …" with the old one's cursors, and mix both in one mart.
"""

from pathlib import Path

_MARK = "company"


class OtherCompany(RuntimeError):
    """This HEEDLINE_HOME holds the data of another company than the run is for."""


def claim(home: Path, company: str) -> None:
    """Take the home for `company` ("sample medium", "own systems"), or find that it has it already.

    Call it under the home's run lock. The first run of a home claims it, also when it fails later:
    what it has pulled until then is there.

    Raises:
        OtherCompany: the home is another company's.
    """
    mark = home / _MARK
    held = mark.read_text().strip() if mark.exists() else ""
    if not held:
        home.mkdir(parents=True, exist_ok=True)
        aside = mark.with_suffix(".unfinished")
        aside.write_text(f"{company}\n")
        aside.replace(mark)  # whole or absent, also after a kill
    elif held != company:
        raise OtherCompany(
            f"{home} holds {held}, this run is for {company}, and the two must not mix; "
            "set HEEDLINE_HOME to another folder, or `make clean` to start afresh in ./data"
        )
