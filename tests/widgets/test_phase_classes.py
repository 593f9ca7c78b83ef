"""The list of phases: labels, names, colours."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from skimage.color import deltaE_ciede2000, rgb2lab

from napari_grains.widgets._phase_classes import PALETTE, PhaseClasses, relabelled

DEUTERANOPE = np.array([[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]])
PROTANOPE = np.array([[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]])
"""Machado, Oliveira, Fernandes, IEEE Trans. Vis. Comput. Graph. 15 (2009) 1291, severity 1; linear RGB."""


def rgb(colour):
    return np.array([int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)])


def seen(colour, eye):
    """RGB as somebody sees it."""
    linear = rgb(colour) ** 2.2
    return np.clip(eye @ linear, 0, 1) ** (1 / 2.2)


@pytest.mark.parametrize(
    "eye", [np.eye(3), DEUTERANOPE, PROTANOPE], ids=["usual", "deuteranope", "protanope"]
)
def test_six_phases_are_told_apart_by_the_colour_blind(eye):
    for one, other in combinations(PALETTE[:6], 2):
        difference = deltaE_ciede2000(rgb2lab(seen(one, eye)), rgb2lab(seen(other, eye)))
        assert difference > 9, (one, other)


def test_labels_are_kept_and_never_given_twice():
    phases = PhaseClasses().add("carbide").remove(1).add("martensite")
    assert phases.labels == [2, 3, 4]
    assert phases.add("phase 1").labels == [2, 3, 4, 1]
    assert phases.rename(3, "cementite").names == ["phase 2", "cementite", "martensite"]


def test_strokes_are_numbered_as_the_network_counts():
    phases = PhaseClasses().add("carbide").remove(1)
    np.testing.assert_array_equal(phases.ordered(np.array([[0, 1, 2, 3, 9]])), [[0, 0, 1, 2, 0]])


def test_phases_of_a_layer_join_by_name():
    phases, table = PhaseClasses.of({1: "ferrite", 2: "carbide"}).joined(
        {1: "carbide", 2: "pore"}, {5: "dirt"}
    )
    assert phases.names == ["ferrite", "carbide", "pore"]
    assert [one.name for one in phases.removed] == ["dirt"]
    assert table == {1: 2, 2: 3, 5: 4}


@pytest.mark.parametrize(
    ("name", "problem"), [("", "needs a name"), ("a, b", "commas"), ("phase 2", "already"), ("pore", "")]
)
def test_a_name_is_some_text_that_no_other_phase_has(name, problem):
    said = PhaseClasses().problem(name, 1)
    assert problem in said
    assert bool(said) == bool(problem)


@given(st.lists(st.integers(-5, 300), min_size=1), st.dictionaries(st.integers(1, 250), st.integers(1, 9)))
def test_labels_that_are_in_no_table_become_0(labels, table):
    expected = [table.get(label, 0) for label in labels]
    np.testing.assert_array_equal(relabelled(np.array(labels), table), expected)


def test_a_network_has_the_colours_of_the_list_or_its_own():
    phases = PhaseClasses.of({1: "ferrite", 2: "carbide"})
    assert phases.colours_of(["carbide", "ferrite"]) == [PALETTE[1], PALETTE[0]]
    assert phases.colours_of(["carbide", "pore"]) == list(PALETTE[:2])
