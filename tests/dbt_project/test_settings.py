"""What an installation's settings say to the models."""

import pytest

from sample import AS_OF
from warehouse import dbt


def test_whether_texts_may_be_shown_reaches_the_models_however_it_is_spelt(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = "select {{ run_value('HEEDLINE_EXAMPLE_TEXTS', 'not said') }} as shown"

    def said() -> str:
        return dbt.compiled(asked, as_of=AS_OF, sources=["file_drop"])

    assert said() == "select true as shown"
    monkeypatch.setenv("HEEDLINE_EXAMPLE_TEXTS", "0")
    assert said() == "select false as shown"
