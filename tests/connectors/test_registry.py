"""channels.yml: which channels are on; an error points at its line."""

from pathlib import Path

import pytest

from connectors import registry
from connectors.registry import BadConfig, enabled_channels, read_channels


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "channels.yml"
    path.write_text(text)
    return path


def test_the_committed_file_is_valid_and_names_a_folder_each() -> None:
    _, channels = read_channels()
    assert {"zendesk", "intercom", "twilio", "email", "survey", "salesforce", "stripe"} < set(
        channels
    )
    assert "file_drop" in channels


def test_channels_that_read_a_folder_need_no_connection() -> None:
    _, channels = read_channels()
    without = {name for name, channel in channels.items() if not channel.needs_credentials}
    assert without == {"file_drop", "delighted", "drift"}


def test_the_environment_narrows_the_channels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEEDLINE_CHANNELS", "stripe, zendesk")
    assert [c.name for c in enabled_channels()] == ["zendesk", "stripe"]


def test_an_unknown_channel_is_named_with_the_known_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEEDLINE_CHANNELS", "zendsk")
    with pytest.raises(BadConfig, match=r"'zendsk'; known: zendesk, "):
        enabled_channels()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("channels:\n  zendesk:\n    enabld: true\n", "channels.yml:3: channels.zendesk.enabld"),
        (
            "channels:\n  zendesk:\n    enabled: perhaps\n",
            "channels.yml:3: channels.zendesk.enabled",
        ),
        ("channels:\n  zendesk:\n  faxes: {}\n", "channels.yml:3: no connector folder"),
        ("channels:\n  zendesk: {\n", "channels.yml:3: not YAML"),
    ],
)
def test_an_error_names_file_line_and_key(tmp_path: Path, text: str, message: str) -> None:
    text = text.replace("  zendesk:\n  faxes", "  zendesk: {}\n  faxes")
    with pytest.raises(BadConfig, match=message):
        read_channels(written(tmp_path, text))


def test_a_round_waits_only_for_channels_on_the_base_schedule(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    channels = "channels:\n  zendesk: {}\n  stripe: {schedule: '@daily'}\n"
    path = written(tmp_path, f"defaults: {{schedule: '@hourly'}}\n{channels}")
    monkeypatch.setattr(registry, "read_channels", lambda: read_channels(path))
    assert [c.name for c in registry.round_channels()] == ["zendesk"]
    assert [c.name for c in registry.enabled_channels()] == ["zendesk", "stripe"]
