"""Networks: from the list or a file, with their cards."""

from __future__ import annotations

import json

import numpy as np
import pytest
from safetensors.numpy import save_file

from napari_grains.weights import KEY, bundled_folder, describe_network
from napari_grains.widgets import _network_field
from napari_grains.widgets._network_field import CardDialog, NetworkField, card_html

BUNDLED = bundled_folder() / "default.safetensors"


def entries(field):
    return [field.names.itemText(index) for index in range(field.names.count())]


@pytest.fixture
def field(networks, qtbot):
    field = NetworkField()
    qtbot.addWidget(field)
    return field


def test_networks_are_listed_and_new_ones_are_found(field, networks):
    assert entries(field)[0] == "default"
    field.names.setCurrentText("steel")
    (networks / "alloy.safetensors").write_bytes(BUNDLED.read_bytes())
    field.names.showPopup()
    field.names.hidePopup()
    assert entries(field) == ["default", "alloy", "steel"]
    assert field.model == "steel"


def test_a_file_from_elsewhere_is_chosen_and_stays_in_the_list(field, tmp_path, monkeypatch, qtbot):
    file = tmp_path / "elsewhere.safetensors"
    file.write_bytes(BUNDLED.read_bytes())
    dialog = _network_field.QFileDialog
    monkeypatch.setattr(dialog, "getOpenFileName", lambda *_: (str(file), ""))
    with qtbot.waitSignal(field.changed):
        field.browse.click()
    assert field.model == str(file)
    assert field.names.currentText() == "elsewhere"
    assert field.read() == (describe_network(BUNDLED), "")
    field.names.setCurrentIndex(0)
    field.refresh()
    assert "elsewhere" in entries(field)


def test_a_dialog_that_is_cancelled_changes_nothing(field, monkeypatch):
    monkeypatch.setattr(_network_field.QFileDialog, "getOpenFileName", lambda *_: ("", ""))
    field.browse.click()
    assert field.model == "default"


def test_what_is_no_network_is_said_before_a_run(field, tmp_path):
    file = tmp_path / "novel.safetensors"
    file.write_text("It was a dark and stormy night.")
    field.use_file(file)
    card, problem = field.read()
    assert "not a readable" in problem
    assert card == {}


def classifier_file(path):
    """As `save_classifier` writes it, without torch."""
    card = {
        "format": 1,
        "kind": "classifier",
        "name": "rust",
        "architecture": {"network": "pattern", "classes": 2, "channels": 1},
        "class_names": ["rust", "paint"],
        "task": "images",
        "scores": {"accuracy": 0.9, "recall": [0.8, 1.0]},
        "recipe": {"steps": 20, "preparation": {"size": 64}},
    }
    save_file({"network.x": np.zeros(1, np.float32)}, path, {KEY: json.dumps(card)})
    return path


@pytest.mark.parametrize("none", [None, "scratch"])
def test_classifiers_are_not_listed(networks, qtbot, none):
    classifier_file(networks / "rust.safetensors")
    field = NetworkField(none=none)
    qtbot.addWidget(field)
    assert entries(field) == [*([] if none is None else [none]), "default", "steel"]


def test_a_classifier_from_elsewhere_is_refused_in_one_line(field, tmp_path):
    file = classifier_file(tmp_path / "rust.safetensors")
    field.use_file(file)
    card, problem = field.read()
    assert card["class_names"] == ["rust", "paint"]
    assert problem == "This is a classifier, which finds no grain boundaries: choose another network."
    assert "rust, paint" in card_html("rust", file, card)


def test_the_card_is_shown_as_text(field, qtbot):
    field.show_card()
    dialog = field.findChild(CardDialog)
    assert dialog is not None
    text = dialog.text.toPlainText()
    card = describe_network(field.path)
    for expected in ("grain boundaries", card["licence"], "13 to 70 px", "synthetic"):
        assert expected in text
    with qtbot.waitSignal(dialog.destroyed):
        dialog.close()


def test_a_card_that_cannot_be_read_says_so(tmp_path):
    assert "no card" in card_html("novel", tmp_path / "novel.safetensors", {})


def test_markup_in_a_card_is_text():
    html = card_html("x", BUNDLED, {"name": "<script>", "notes": "a < b"})
    assert "<script>" not in html
    assert "a &lt; b" in html
