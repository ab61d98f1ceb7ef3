"""`identity.yml` is checked; a wrong value names its key."""

import pytest
import yaml

from ml.identity.config import FILE, BadIdentityConfig, read_config


def changed(tmp_path, section: str, key: str, value) -> object:
    content = yaml.safe_load(FILE.read_text())
    content[section][key] = value
    path = tmp_path / "identity.yml"
    path.write_text(yaml.safe_dump(content))
    return path


def test_the_file_that_ships_is_right() -> None:
    rules = read_config()
    assert rules.thresholds.review < rules.thresholds.link


@pytest.mark.parametrize(
    ("section", "key", "value", "says"),
    [
        ("thresholds", "link", 2, "thresholds.link"),
        ("thresholds", "review", 0.95, "thresholds"),
        ("guards", "largest_cluster", "many", "guards.largest_cluster"),
        ("blocking", "colour", 1, "blocking.colour"),
    ],
)
def test_a_wrong_value_names_its_key(tmp_path, section, key, value, says) -> None:
    with pytest.raises(BadIdentityConfig, match=says) as caught:
        read_config(changed(tmp_path, section, key, value))
    assert "\n" not in str(caught.value)


def test_a_file_that_is_no_yaml_is_one_line(tmp_path) -> None:
    (tmp_path / "identity.yml").write_text("a: [1,\nb: 2")
    with pytest.raises(BadIdentityConfig) as caught:
        read_config(tmp_path / "identity.yml")
    assert "\n" not in str(caught.value)
