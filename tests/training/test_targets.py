"""From painted labels to targets on the working grid: small cases that can be followed by eye."""

from __future__ import annotations

import numpy as np
import pytest

from napari_grains.errors import InputError
from napari_grains.inference import WorkingFrame
from napari_grains.training import targets_of
from napari_grains.training._sampling import nearest, touched


def picture(mask):
    return ["".join("#" if pixel else "." for pixel in row) for row in mask]


def labels(*rows):
    return np.array([[int(pixel) for pixel in row.replace(".", "0")] for row in rows], np.int32)


def frame(shape, scale=1.0, origin=(0, 0)):
    return WorkingFrame(scale, shape, origin)


def test_what_is_not_painted_is_no_target():
    targets = targets_of(np.zeros((8, 8), np.int32), frame((8, 8)))
    assert targets.counts == (0, 0)
    assert not targets.known.any()


def test_strokes_at_their_own_scale():
    painted = labels(
        "11......",
        "........",
        "........",
        "2222....",
        "........",
        "1111....",
        "........",
        ".......1",
    )
    targets = targets_of(painted, frame((8, 8)))
    assert picture(targets.boundary)[3] == "####...."
    assert targets.counts[0] == 4
    # Two px from a painted boundary and nearer a grain stroke says nothing: lines are three px wide.
    assert picture(targets.grain) == ["##......", *["........"] * 6, ".......#"]


def test_a_stroke_thinner_than_a_working_pixel_does_not_vanish():
    painted = np.zeros((40, 40), np.int32)
    painted[21, 3:35] = 2
    targets = targets_of(painted, frame((40, 40), 0.2))
    assert picture(targets.boundary)[4] == "#######."
    assert targets.counts == (7, 0)


def test_of_a_boundary_painted_with_a_wide_brush_the_middle_counts():
    painted = np.zeros((21, 40), np.int32)
    painted[5:16, 2:38] = 2
    targets = targets_of(painted, frame((21, 40)))
    assert set(np.nonzero(targets.boundary[:, 15:25])[0]) == {9, 10, 11}


def test_grain_strokes_beside_the_line_are_ignored_on_the_coarse_grid_only():
    painted = np.zeros((40, 40), np.int32)
    painted[10:13], painted[17:20] = 2, 1
    fine, coarse = (targets_of(painted, frame((40, 40), scale)) for scale in (1.0, 0.25))
    assert fine.counts[1] == 3 * 40
    assert coarse.counts[1] == 0


def test_grains_by_number_ask_for_boundaries_where_they_touch():
    painted = np.zeros((12, 20), np.int32)
    painted[:, :8], painted[:, 8:16] = 5, 7
    targets = targets_of(painted, frame((12, 20)))
    assert picture(targets.boundary) == [".......##..........."] * 12
    # Not beside the line, and not at the rim beyond which nothing is known.
    assert picture(targets.grain) == ["#####......######..."] * 12


def test_grains_with_a_gap_between_touch_and_grains_far_apart_do_not():
    near, far = np.zeros((12, 30), np.int32), np.zeros((12, 30), np.int32)
    near[:, :10], near[:, 13:] = 3, 4
    far[:, :10], far[:, 20:] = 3, 4
    assert targets_of(near, frame((12, 30))).boundary.any()
    assert not targets_of(far, frame((12, 30))).boundary.any()


def test_two_grains_with_small_numbers_have_to_be_called_grains():
    painted = np.zeros((12, 20), np.int32)
    painted[:, :10], painted[:, 10:] = 1, 2
    assert targets_of(painted, frame((12, 20)), "grains").boundary[:, 9:11].all()
    assert not targets_of(painted, frame((12, 20))).boundary[:, 9].any()


def test_numbers_of_grains_are_no_strokes():
    with pytest.raises(InputError, match=r"1 \(grain\) and 2 \(boundary\), found 9"):
        targets_of(labels("..9.", "...."), frame((2, 4)), "boundary")


def test_outside_the_specimen_nothing_counts():
    painted = np.full((10, 10), 1, np.int32)
    specimen = np.zeros((10, 10), np.bool_)
    specimen[:4] = True
    assert targets_of(painted, frame((10, 10)), specimen=specimen).counts == (0, 40)


@pytest.mark.parametrize("scale", [0.3, 0.5, 1.0, 2.0])
@pytest.mark.parametrize("origin", [(0, 0), (7, 3)])
def test_every_painted_pixel_leaves_its_mark_where_it_lies(scale, origin):
    grid = WorkingFrame(scale, (30, 26), origin)
    mask = np.zeros((30, 26), np.bool_)
    mask[12, 20] = True
    found = np.argwhere(touched(mask, grid))
    assert len(found) >= 1
    centre = (found.mean(axis=0) + grid.first + 0.5) / scale - np.array(origin) - 0.5
    np.testing.assert_allclose(centre, (12, 20), atol=max(0.51, 0.51 / scale))


def test_labels_are_sampled_and_not_blended():
    grid = WorkingFrame(0.5, (4, 4))
    assert nearest(np.arange(16).reshape(4, 4), grid).tolist() == [[5, 7], [13, 15]]


@pytest.mark.parametrize(
    ("scale", "lenience"), [(0.1, 1.0), (0.2, 0.8), (0.35, 0.275), (0.5, 0.0), (2.0, 0.0)]
)
def test_strokes_are_within_lines_where_the_grid_is_coarse(scale, lenience):
    labels = np.zeros((200, 200), np.uint8)
    labels[40:60, 40:160] = 1
    targets = targets_of(labels, WorkingFrame(scale, labels.shape))
    assert targets.lenience == pytest.approx(lenience)
    np.testing.assert_allclose(targets.planes["lenient"], lenience * targets.grain)
