"""Measuring micrographs: what was drawn is found again, also with a partition that is a little wrong."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest
from scipy import ndimage as ndi
from scipy.stats import spearmanr

from napari_grains.images import stretch
from napari_grains.synthesis import (
    Clutter,
    Contrast,
    Imaging,
    MicrographParameters,
    Recipe,
    Structure,
    appearance_of,
    synthesize,
)

PLAIN = MicrographParameters(
    structure=Structure(grain_diameter=26.0, size_spread=0.2),
    contrast=Contrast(background=0.6, grain_steps=0.06, lines=-0.4, line_width=2.5, line_softness=0.8),
    clutter=Clutter(),
    imaging=Imaging(blur=0.7, noise=0.04),
)


def changed(**values):
    """PLAIN with other values, as part__name=value."""
    parameters = PLAIN
    for key, value in values.items():
        part, name = key.split("__")
        parameters = replace(parameters, **{part: replace(getattr(parameters, part), **{name: value})})
    return parameters


def drawn(seed=0, shape=(208, 208), **values):
    return synthesize(changed(**values), shape, seed)


@lru_cache
def seen(seed=0, **values):
    micrograph = drawn(seed, **values)
    return appearance_of(stretch(micrograph.image), micrograph.grains)


def typical(figure, **values):
    return float(np.median([getattr(seen(seed, **values), figure) for seed in range(3)]))


@pytest.mark.parametrize("diameter", [14.0, 26.0, 45.0])
def test_grain_diameter(diameter):
    assert typical("grain_diameter", structure__grain_diameter=diameter) == pytest.approx(diameter, rel=0.1)


def test_diameter_is_that_of_the_mean_grain_of_squares():
    """Squares of 20 px: the circle of their area has a diameter of 20 sqrt(4 / pi)."""
    rows, columns = np.indices((200, 200)) // 20
    found = appearance_of(np.random.default_rng(0).random((200, 200)), rows * 10 + columns + 1)
    # Inside + 1/2 cut - 1 is the right count for a window thrown at random, not for one along the squares.
    assert found.grains == 100 - 36 / 2 - 1
    assert found.grain_diameter == pytest.approx(np.sqrt(200 * 200 / found.grains * 4 / np.pi), rel=1e-6)
    assert found.size_spread == pytest.approx(0, abs=1e-6)
    assert found.elongation == pytest.approx(1, abs=1e-6)


def test_size_spread_grows_with_that_of_the_seeds():
    spreads = [typical("size_spread", structure__size_spread=s) for s in (0.05, 0.3, 0.6)]
    assert spreads[0] < 0.8 * spreads[1] < 0.64 * spreads[2]


@pytest.mark.parametrize(("elongation", "angle"), [(2.0, 0.4), (3.0, 2.2)])
def test_elongation_and_its_direction(elongation, angle):
    found = seen(structure__elongation=elongation, structure__angle=angle)
    assert found.elongation == pytest.approx(elongation, rel=0.15)
    off = (found.angle - angle) % np.pi
    assert min(off, np.pi - off) < 0.15


@pytest.mark.parametrize("lines", [-0.5, -0.25, 0.25, 0.5])
@pytest.mark.parametrize("diameter", [16.0, 40.0])
def test_sign_of_lines(lines, diameter):
    found = typical("lines", contrast__lines=lines, structure__grain_diameter=diameter)
    assert np.sign(found) == np.sign(lines)
    assert abs(found) > 0.15


@pytest.mark.parametrize("width", [2.0, 3.0, 5.0, 8.0])
@pytest.mark.parametrize("blur", [0.5, 1.2])
def test_line_width_with_blur(width, blur):
    found = typical(
        "line_width", contrast__line_width=width, imaging__blur=blur, structure__grain_diameter=45.0
    )
    assert found == pytest.approx(np.hypot(width, 2.355 * blur), rel=0.25)


@pytest.mark.parametrize("blur", [0.5, 1.0, 1.6])
def test_blur_from_steps_between_grains(blur):
    values = {"imaging__blur": blur, "contrast__grain_steps": 0.15, "structure__grain_diameter": 40.0}
    for lines in (0.0, -0.3):
        assert typical("blur", contrast__lines=lines, **values) == pytest.approx(blur, rel=0.25)
    assert seen(contrast__lines=0.0, **values).blur_measured


@pytest.mark.parametrize("noise", [0.02, 0.06, 0.12])
@pytest.mark.parametrize("correlation", [0.0, 0.8])
def test_noise_relative_to_steps_and_lines(noise, correlation):
    """The stretch multiplies all contrasts alike: what counts is their ratio to wide, uncut lines."""
    values = {
        "imaging__noise": noise,
        "imaging__noise_correlation": correlation,
        "contrast__line_width": 7.0,
        "contrast__line_softness": 0.0,
        "structure__grain_diameter": 45.0,
    }
    ratio = typical("noise", **values) / abs(typical("lines", **values))
    # Edges that show have a visibility of 0.7 to 1: 0.85 in the mean.
    assert ratio == pytest.approx(noise / (0.85 * 0.4), rel=0.25)


def test_noise_is_told_from_texture():
    rough = {"contrast__texture": 0.08, "contrast__texture_size": 4.0, "structure__grain_diameter": 45.0}
    found = seen(**rough)
    assert found.texture_size == pytest.approx(4.0, rel=0.35)
    assert found.texture / found.noise == pytest.approx(2.0, rel=0.3)
    plain = seen(structure__grain_diameter=45.0)
    assert plain.texture < 0.4 * plain.noise


def test_groove_is_seen_and_not_invented():
    assert typical("groove", contrast__groove=0.4, contrast__lines=0.0) > 0.08
    assert typical("groove") < 0.02
    assert typical("groove", contrast__grain_steps=0.2, contrast__lines=0.0) < 0.03


def test_grain_steps_without_lines():
    found = seen(contrast__lines=0.0, contrast__grain_steps=0.2, structure__grain_diameter=30.0)
    assert abs(found.lines) < 0.03
    assert found.grain_steps / found.noise == pytest.approx(0.2 / 0.04, rel=0.3)


def test_faint_edges_and_clutter_grow():
    assert typical("faint_edges", contrast__faint_edges=0.4) > typical("faint_edges") + 0.15
    assert typical("spots", clutter__pits=10.0, clutter__strength=0.35) > typical("spots") + 2


def test_shading_is_no_step_between_grains():
    shaded, even = (typical("grain_steps", imaging__shading=s) for s in (0.8, 0.0))
    assert typical("shading", imaging__shading=0.8) > 3 * typical("shading") + 0.01
    assert shaded < 1.3 * even


def test_gamma_shows_as_background():
    dark, bright = (typical("background", imaging__gamma=g) for g in (2.0, 0.5))
    assert dark < typical("background") < bright


def wrong(grains, rng):
    """Partition with boundaries moved by about a pixel and a tenth of the grains split in two."""
    rows, columns = np.indices(grains.shape)
    shift = [ndi.gaussian_filter(rng.normal(0, 6, grains.shape), 3) for _ in range(2)]
    moved = grains[
        np.clip(rows + np.rint(shift[0]).astype(int), 0, grains.shape[0] - 1),
        np.clip(columns + np.rint(shift[1]).astype(int), 0, grains.shape[1] - 1),
    ].copy()
    for g in rng.choice(grains.max(), grains.max() // 10, replace=False) + 1:
        y, x = np.nonzero(moved == g)
        if len(y):
            moved[y[x > x.mean()], x[x > x.mean()]] = grains.max() + g
    return moved


def test_a_partition_that_is_a_little_wrong_will_do():
    micrograph = drawn(1)
    right = appearance_of(stretch(micrograph.image), micrograph.grains)
    off = appearance_of(stretch(micrograph.image), wrong(micrograph.grains, np.random.default_rng(0)))
    assert off.grain_diameter == pytest.approx(right.grain_diameter, rel=0.1)
    assert off.lines == pytest.approx(right.lines, rel=0.25)
    assert off.line_width == pytest.approx(right.line_width, rel=0.35)
    assert off.noise == pytest.approx(right.noise, rel=0.25)


def test_no_specimen_and_one_grain_are_borne():
    micrograph = drawn(0, (96, 96))
    hole = micrograph.grains.copy()
    hole[:30] = 0
    one = np.ones((96, 96), np.int32)
    for grains in (hole, one):
        figures = appearance_of(stretch(micrograph.image), grains).to_dict()
        assert np.isfinite([float(v) for v in figures.values()]).all()


def test_what_cannot_be_measured_is_refused():
    with pytest.raises(ValueError, match="grains"):
        appearance_of(np.zeros((32, 32)), np.zeros((32, 32), int))
    with pytest.raises(ValueError, match="2-D"):
        appearance_of(np.zeros((32, 32)), np.ones((32, 30), int))


def test_figures_follow_parameters_over_the_whole_recipe():
    recipe, rows = Recipe(artefacts=0, particles=0, twins=0), []
    for index in range(24):
        micrograph = recipe.micrograph(2, index, (192, 192))
        rows.append((micrograph.parameters, appearance_of(stretch(micrograph.image), micrograph.grains)))
    lined = [(p, a) for p, a in rows if abs(p.contrast.lines) > 0.15 and p.contrast.line_width > 1.2]
    agree = [np.sign(p.contrast.lines) == np.sign(a.lines) for p, a in lined if not p.imaging.inverted]
    assert np.mean(agree) > 0.9

    def follows(parameter, figure, some=rows):
        return spearmanr([parameter(p) for p, _ in some], [getattr(a, figure) for _, a in some])[0]

    assert follows(lambda p: p.structure.grain_diameter, "grain_diameter") > 0.9
    assert (
        follows(lambda p: np.hypot(p.contrast.line_width, 2.355 * p.imaging.blur), "line_width", lined) > 0.6
    )
    assert follows(lambda p: p.imaging.noise, "noise") > 0.7
