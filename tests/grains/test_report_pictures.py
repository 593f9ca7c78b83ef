"""Pictures of a report: shape, lines, shading and scale bar."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.axes import Axes
from pages import pixels
from patterns import squares, voronoi

from napari_grains.grains._report._pictures import LARGE, SMALL, View
from napari_grains.images import PixelSize


def is_line(picture: np.ndarray) -> np.ndarray:
    """Pixels that are clearly orange."""
    red, green, blue = (picture[..., channel].astype(int) for channel in range(3))
    return (red - blue > 100) & (red - green > 60)


def is_shaded(picture: np.ndarray) -> np.ndarray:
    """Pixels that are clearly bluish."""
    return picture[..., 2].astype(int) - picture[..., 0] > 8


@pytest.fixture
def written(monkeypatch):
    """Texts that are written into pictures."""
    texts = []
    monkeypatch.setattr(Axes, "text", lambda _axes, _x, _y, text, **_: texts.append(text))
    return texts


def test_lines_lie_where_the_grains_change():
    labels = squares((100, 100), 50, (0, 0))
    picture = pixels(View(np.zeros(labels.shape), labels, None).boundaries(LARGE))
    assert picture.shape == (900, 900, 3)
    rows, columns = np.nonzero(is_line(picture))
    near = (abs(rows - 450) < 6) | (abs(columns - 450) < 6)
    assert near.all()
    assert len(rows) > 1700


def test_lines_survive_a_large_reduction():
    labels = squares((4096, 4096), 512, (0, 0))
    picture = pixels(View(None, labels, None).boundaries(LARGE))
    assert max(picture.shape) == 1000
    lines = is_line(picture)
    assert (lines.sum(axis=0) > 500).sum() >= 7  # every vertical line is there
    assert (lines.sum(axis=1) > 500).sum() >= 7


def test_lines_are_narrow_beside_small_grains():
    picture = pixels(View(None, voronoi((512, 512), 10, seed=0), None).boundaries(SMALL))
    assert is_line(picture).mean() < 0.5


def test_the_line_between_grains_that_nobody_owns_is_drawn_once():
    labels = squares((100, 100), 50, (0, 0))
    labels[49:51] = 0
    picture = pixels(View(np.full(labels.shape, 0.5), labels, None).boundaries(LARGE))
    assert is_shaded(picture).mean() < 0.01
    column = is_line(picture)[:, 225]
    assert np.count_nonzero(np.diff(column.astype(int)) == 1) == 1


def test_what_is_not_measured_is_shaded():
    labels = squares((100, 100), 50, (0, 0))
    exclude = np.zeros(labels.shape, bool)
    exclude[:, :20] = True
    specimen = np.zeros(labels.shape, bool)
    specimen[:80] = True
    view = View(np.full(labels.shape, 1.0), labels, None, specimen, exclude)
    shaded = is_shaded(pixels(view.boundaries(LARGE)))
    assert shaded[:700, :160].mean() > 0.95
    assert shaded[740:].mean() > 0.95
    assert shaded[20:700, 200:].mean() < 0.05
    assert view.leaves_out
    assert not View(None, labels, None).leaves_out


def test_pixels_that_are_not_square_keep_the_shape_of_the_specimen():
    labels = squares((100, 100), 50, (0, 0))
    picture = pixels(View(None, labels, PixelSize(2e-7, 1e-7)).micrograph(LARGE))
    assert picture.shape == (900, 450, 3)


@pytest.mark.parametrize(
    ("edge", "text"), [(1e-9, "20 nm"), (1e-8, "200 nm"), (1e-7, "2 µm"), (1e-4, "2 mm"), (None, None)]
)
def test_the_scale_bar_has_a_round_length(written, edge, text):
    size = None if edge is None else PixelSize(edge, edge)
    View(None, squares((100, 120), 50, (0, 0)), size).micrograph(SMALL)
    assert written == ([] if text is None else [text])


def test_the_scale_bar_is_as_long_as_it_says():
    labels = squares((100, 100), 50, (0, 0))
    picture = pixels(View(np.zeros(labels.shape), labels, PixelSize(1e-6, 1e-6)).micrograph(LARGE))
    white = (picture.min(axis=2) > 200).sum(axis=1).max()
    assert white == pytest.approx(180, abs=3)  # 20 of 100 um


def test_extreme_shapes_can_be_drawn():
    for shape in ((3, 900), (900, 3), (1, 1)):
        picture = pixels(View(None, np.ones(shape, np.int32), PixelSize(1e-6, 1e-6)).boundaries(SMALL))
        assert min(picture.shape[:2]) >= 24
