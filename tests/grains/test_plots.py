"""Plots: what is drawn is what the table says."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from patterns import voronoi

from napari_grains.grains import (
    PlotColours,
    draw_cumulative,
    draw_histogram,
    draw_intercept_rose,
    draw_rose,
    measure,
)
from napari_grains.grains._draw._shares import axial_mean, elongation, length_unit, weighted_quantiles
from napari_grains.images import PixelSize

SIZE = PixelSize(5e-7, 5e-7)


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    """Grains of a field of 200 x 260 px, some 80 of them complete."""
    return measure(voronoi((200, 260), 20, seed=1), SIZE).table


@pytest.fixture
def axes():
    return Figure().add_subplot()


@pytest.fixture
def polar():
    return Figure().add_subplot(projection="polar")


def axes_table(degrees, aspect_ratio=3.0, weight=1.0):
    """Grains of one shape whose longest axes are given."""
    return pd.DataFrame(
        {"orientation_deg": degrees, "aspect_ratio": aspect_ratio, "weight": weight, "area_px": 1.0}
    )


@pytest.mark.parametrize("by", ["number", "area"])
def test_bars_are_the_weighted_shares_of_complete_grains(axes, table, by):
    draw_histogram(axes, table, by=by)
    bars = axes.containers[0]
    heights = [bar.get_height() for bar in bars]
    assert sum(heights) == pytest.approx(100)
    complete = table[~table["edge"]]
    weight = complete["weight"] * (complete["area_um2"] if by == "area" else 1)
    first = bars[len(bars) // 2]
    inside = complete["ecd_um"].between(first.get_x(), first.get_x() + first.get_width())
    assert first.get_height() == pytest.approx(100 * weight[inside].sum() / weight.sum())


def test_the_mean_is_marked_with_its_unit(axes, table):
    draw_histogram(axes, table)
    mean = np.average(table["ecd_um"], weights=table["weight"])
    [line] = axes.lines
    assert line.get_xdata()[0] == pytest.approx(mean)
    texts = [text.get_text() for text in axes.get_legend().get_texts()]
    assert f"mean {mean:#.3g} µm" in texts
    assert axes.get_xlabel() == "Equivalent circle diameter (µm)"


@pytest.mark.parametrize("by", ["number", "area"])
def test_the_fit_goes_through_a_sample_of_its_distribution(axes, by):
    diameters = np.random.default_rng(0).lognormal(math.log(30), 0.4, 40_000)
    grains = pd.DataFrame({"ecd_px": diameters, "area_px": diameters**2, "weight": 1.0})
    fit = {"median_px": 30.0, "sigma_ln": 0.4, "p_value": None}
    draw_histogram(axes, grains, by=by, fit=fit)
    x, y = axes.lines[1].get_data()
    for bar in axes.containers[0][3:12]:
        middle = bar.get_x() + bar.get_width() / 2
        assert np.interp(middle, x, y) == pytest.approx(bar.get_height(), abs=1.0)


@pytest.mark.parametrize("fit", [None, {}, {"median_um": None, "sigma_ln": None, "p_value": None}])
def test_no_fit_no_curve(axes, table, fit):
    draw_histogram(axes, table, fit=fit)
    assert len(axes.lines) == 1


def test_d50_is_the_weighted_median(axes, table):
    draw_cumulative(axes, table)
    complete = table[~table["edge"]]
    marks = [line.get_xdata()[1] for line in axes.lines if line.get_marker() == "o"]
    for mark, weight in zip(
        marks, (complete["weight"], complete["weight"] * complete["area_px"]), strict=True
    ):
        smaller = weight[complete["ecd_um"] < mark].sum() / weight.sum()
        assert smaller == pytest.approx(0.5, abs=weight.max() / weight.sum())


def test_curves_reach_all_grains_also_where_steps_are_left_out(axes):
    diameters = np.arange(1.0, 5001.0)
    draw_cumulative(axes, pd.DataFrame({"ecd_px": diameters, "area_px": diameters**2, "weight": 1.0}))
    curves = [line for line in axes.lines if line.get_drawstyle() == "steps-post"]
    assert [len(curve.get_xdata()) <= 401 for curve in curves] == [True, True]
    assert [curve.get_ydata()[-1] for curve in curves] == pytest.approx([100, 100])


def test_quantiles_lie_between_the_grains_that_are_smaller_and_larger():
    values, share = np.array([3.0, 1.0, 4.0, 2.0]), np.array([0.25, 0.25, 0.25, 0.25])
    assert weighted_quantiles(values, share, (0.0, 0.5, 1.0)) == (1, 2.5, 4)
    assert weighted_quantiles(values, np.array([0.97, 0.01, 0.01, 0.01]), (0.5,))[0] == pytest.approx(
        3, abs=0.05
    )


def test_petals_are_mirrored_and_their_area_is_the_share(polar):
    draw_rose(polar, axes_table([5.0, 5.0, 5.0, 95.0]))
    area = np.array([bar.get_height() ** 2 for bar in polar.containers[0]])
    assert area[:18] == pytest.approx(area[18:])
    assert area[[0, 9]] == pytest.approx([75, 25])
    assert area[:18].sum() == pytest.approx(100)


def test_round_grains_have_no_say_in_a_rose(polar):
    grains = pd.concat([axes_table([10.0] * 3), axes_table([100.0] * 50, aspect_ratio=1.0)])
    draw_rose(polar, grains)
    assert polar.containers[0][1].get_height() ** 2 == pytest.approx(100)


def test_a_mean_direction_is_drawn_only_where_there_is_one(polar):
    random = np.random.default_rng(0)
    draw_rose(polar, axes_table(random.uniform(0, 180, 200)))
    assert not polar.lines
    draw_rose(polar, axes_table(random.normal(177, 10, 200)))
    assert math.degrees(polar.lines[0].get_xdata()[0]) == pytest.approx(177, abs=3)


def test_axes_are_averaged_across_the_half_turn():
    mean = axial_mean(np.array([179.0, 1.0]), np.array([0.5, 0.5]))
    assert math.sin(math.radians(mean.direction_deg)) == pytest.approx(0, abs=1e-9)
    assert mean.strength == pytest.approx(math.cos(math.radians(2)))


def test_rayleighs_test_holds_its_level():
    random = np.random.default_rng(1)
    share = random.dirichlet(np.ones(60))
    found = [axial_mean(random.uniform(0, 180, 60), share).p_value < 0.05 for _ in range(2000)]
    assert np.mean(found) == pytest.approx(0.05, abs=0.02)


def test_elongation_goes_from_circle_to_needle():
    assert elongation(np.array([1.0, math.sqrt(3), 1e6])) == pytest.approx([0, 0.5, 1])


def test_intercepts_are_drawn_all_around_in_their_unit(polar):
    draw_intercept_rose(polar, {"0": 200.0, "90": 100.0, "45": None}, um_per_px=1e-4)
    angle, length = polar.lines[0].get_data()
    assert np.rad2deg(angle) == pytest.approx([0, 90, 180, 270, 0])
    assert length == pytest.approx([20, 10, 20, 10, 20])
    assert polar.get_xlabel().endswith("nm")


def test_the_ellipse_lies_on_intercepts_of_an_ellipse(polar):
    angles = np.deg2rad(np.arange(16) * 11.25)
    lengths = 30 / np.hypot(np.cos(angles - 0.5) / 2, np.sin(angles - 0.5))
    by_direction = {f"{math.degrees(a):g}": float(length) for a, length in zip(angles, lengths, strict=True)}
    draw_intercept_rose(polar, by_direction, anisotropy={"ratio": 2.0, "direction_deg": math.degrees(0.5)})
    angle, radius = polar.lines[1].get_data()
    assert np.interp(angles, angle, radius) == pytest.approx(lengths, rel=0.01)


@pytest.mark.parametrize("draw", [draw_histogram, draw_cumulative])
def test_without_complete_grains_nothing_is_claimed(axes, table, draw):
    draw(axes, table.assign(weight=0.0))
    assert [text.get_text() for text in axes.texts] == ["no complete grain"]
    assert not axes.patches


def test_empty_roses_say_so(polar):
    draw_rose(polar, axes_table([0.0, 50.0], aspect_ratio=1.0))
    draw_intercept_rose(polar, {"0": None})
    assert [text.get_text() for text in polar.texts] == ["no elongated grain", "no intercept"]


@pytest.mark.parametrize(
    ("typical", "symbol", "shown"), [(0.02, "nm", 20), (0.1, "µm", 0.1), (999, "µm", 999), (2000, "mm", 2)]
)
def test_units_suit_the_length(typical, symbol, shown):
    unit = length_unit(typical)
    assert unit.symbol == symbol
    assert typical * unit.factor == pytest.approx(shown)


def test_px_are_asked_for_or_all_there_is(axes, table):
    draw_histogram(axes, table, unit="px")
    draw_cumulative(axes, table.drop(columns="ecd_um"))
    assert axes.get_xlabel() == "Equivalent circle diameter (px)"


def test_colours_are_those_handed_in(axes, table):
    colours = PlotColours.dark()
    draw_histogram(axes, table, colours=colours)
    assert axes.xaxis.label.get_color() == colours.text
    assert to_hex(axes.get_legend().get_texts()[0].get_color()) == colours.text
