"""Which grains were marked as examples, from what was painted over them."""

from __future__ import annotations

import numpy as np
import pytest

from napari_grains.grains import marked_grains


def rows(found):
    return list(zip(found.slices.tolist(), found.ids.tolist(), found.classes.tolist(), strict=True))


@pytest.fixture
def grains():
    """Four grains of 10 x 10 px, 900 among them, and a pore."""
    labels = np.zeros((20, 25), np.int32)
    for number, (row, column) in enumerate(((0, 0), (0, 10), (10, 0), (10, 10))):
        labels[row : row + 10, column : column + 10] = (1, 900, 3, 4)[number]
    return labels


def test_a_painted_grain_has_its_class(grains):
    painted = np.where(grains == 900, 2, 0)
    painted[12, 1:8] = 1
    painted[:, 22] = 1  # no grain is there
    found = marked_grains(grains, painted)
    assert rows(found) == [(0, 3, 1), (0, 900, 2)]
    assert len(found) == 2


def test_the_class_that_covers_most_wins(grains):
    painted = np.zeros_like(grains)
    painted[0:4, 0:10], painted[4:10, 0:10] = 1, 3
    assert rows(marked_grains(grains, painted)) == [(0, 1, 3)]


def test_a_brush_that_slips_over_a_boundary_marks_nothing(grains):
    painted = np.zeros_like(grains)
    painted[2:6, 4:11] = 1  # 4 px of the neighbour's 100
    assert rows(marked_grains(grains, painted)) == [(0, 1, 1)]


def test_slices_are_counted_apart(grains):
    stack = np.stack([grains, grains.T.copy().T])
    painted = np.zeros_like(stack)
    painted[0][stack[0] == 4] = 1
    painted[1][stack[1] == 4] = 2
    assert rows(marked_grains(stack, painted)) == [(0, 4, 1), (1, 4, 2)]


def test_nothing_painted_is_nothing_marked(grains):
    assert len(marked_grains(grains, np.zeros_like(grains))) == 0


def test_shapes_have_to_agree(grains):
    with pytest.raises(ValueError, match="differ in shape"):
        marked_grains(grains, grains[:5])
