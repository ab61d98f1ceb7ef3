"""The list of features is checked, and says each in words."""

import pytest

from ml.risk.backtest.telco import telco_features
from ml.risk.learn.features import BadFeatures, Feature, feature_list

HEAD = "fewest_churners: 20\nbands: {red: 0.2}\nfeatures:\n"


def test_both_lists_that_ship_are_whole() -> None:
    for shipped in (feature_list(), telco_features()):
        assert all(feature.label for feature in shipped.features)
        assert shipped.band(0.9) == "red"
        assert shipped.band(0.001) == "green"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (HEAD + "  - {name: a}", r"features.0.label"),
        (HEAD + "  - {name: a, label: l, colour: red}", "colour"),
        (HEAD + "  - {name: a, label: l}\n  - {name: a, label: m}", "declared twice: a"),
        (HEAD + "  - {name: a, label: l, ratio: [b, c], difference: [b, c]}", "not both"),
        (HEAD + "  - {name: a, label: l, kind: category, least: 0}", "a category has no"),
        ("fewest_churners: 20\nbands: {}\nfeatures: []", "features"),
        ("fewest_churners: 9\nbands: {}\nfeatures: [{name: a, label: l}]", "fewest_churners"),
        ("features: [", "list.yml"),
        ("just words", "list.yml"),
    ],
)
def test_a_wrong_list_names_file_and_place(tmp_path, text, complaint) -> None:
    file = tmp_path / "list.yml"
    file.write_text(text)
    with pytest.raises(BadFeatures, match=complaint):
        feature_list(file)


@pytest.mark.parametrize(
    ("more", "value", "words"),
    [
        ({"unit": "days"}, 31.4, "last order ago: 31 days"),
        ({"unit": "days"}, 1.26, "last order ago: 1.26 days"),
        ({"unit": "%"}, 0.954, "last order ago: 95%"),
        ({}, 12000.0, "last order ago: 12,000"),
        ({}, float("nan"), "last order ago: not known"),
        ({"kind": "category"}, "refund_return", "last order ago: refund return"),
        ({"kind": "category"}, None, "last order ago: not known"),
    ],
)
def test_a_value_is_said_in_words(more, value, words) -> None:
    assert Feature(name="x", label="last order ago", **more).words(value) == words
