"""Finding the scale at which a network sees best."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch

from napari_grains.events import Notice, Progress, drive
from napari_grains.inference import Predictor, choose_scale, scale_for_diameter
from napari_grains.inference._scale import CANDIDATES, SMALLEST, _counting, _interpolated_minimum, _window
from napari_grains.networks import list_networks
from napari_grains.synthesis import Contrast, Imaging, MicrographParameters, Structure, synthesize
from napari_grains.weights import bundled_folder


def test_grain_diameter_goes_to_the_middle_of_what_the_network_knows(make_predictor):
    predictor = make_predictor()
    low, high = predictor.card.grain_diameter
    scale = scale_for_diameter(200, predictor)
    assert low < 200 * scale < high
    assert (200 * scale) / low == pytest.approx(high / (200 * scale))  # as many times above as below


def test_minimum_of_a_parabola_over_the_logarithms():
    # log value = (log2 scale + 1.3)^2: the minimum is at 2^-1.3, between the candidates 2^-1.5 and 2^-1
    tried = [(s, math.exp((math.log2(s) + 1.3) ** 2)) for s in CANDIDATES]
    assert _interpolated_minimum(tried) == pytest.approx(2**-1.3, rel=1e-3)


@pytest.mark.parametrize("values", [[1, 2, 3], [3, 2, 1], [math.inf, 1, 2], [3, 1, math.inf]])
def test_minimum_at_an_end_is_not_interpolated(values):
    scales = [2.0, 1.4, 1.0]
    tried = list(zip(scales, values, strict=True))
    assert _interpolated_minimum(tried) == scales[int(np.argmin(values))]


def test_without_boundaries_the_scale_nearest_to_one_is_taken():
    assert _interpolated_minimum([(s, math.inf) for s in CANDIDATES]) == 1


def test_flat_values_do_not_divide_by_zero():
    assert 1 <= _interpolated_minimum([(2.0, 1.0), (1.4, 1.0), (1.0, 1.0)]) <= 2


@pytest.mark.parametrize("shape", [(300, 260), (40, 500), (16, 16)])
def test_candidates_keep_enough_pixels(make_predictor, shape):
    events = []
    image = np.random.default_rng(0).random(shape, np.float32)
    choice = drive(choose_scale(image, make_predictor()), events.append)
    scales = [scale for scale, _ in choice.tried]
    assert scales
    assert all(s * min(shape) >= SMALLEST for s in scales) or len(scales) == 1
    assert min(scales) * 0.99 <= choice.scale <= max(scales) * 1.01
    progress = [e for e in events if isinstance(e, Progress)]
    assert [p.done for p in progress] == list(range(1, len(scales) + 1))


def test_pixels_outside_the_specimen_do_not_count(make_predictor):
    rng = np.random.default_rng(0)
    image = rng.random((200, 240)).astype(np.float32)
    specimen = np.zeros(image.shape, bool)
    specimen[:, :120] = True
    other = image.copy()
    other[:, 180:] = rng.random((200, 60))  # far beyond what reaches the specimen at scale 1 and below
    first, second = (dict(drive(choose_scale(i, make_predictor(), specimen)).tried) for i in (image, other))
    assert first[1.0] == pytest.approx(second[1.0], rel=1e-5)
    empty = drive(choose_scale(image, make_predictor(), np.zeros_like(specimen)))
    assert all(math.isinf(value) for _, value in empty.tried)


def test_short_memory_is_told(make_predictor, monkeypatch):
    predictor, events = make_predictor(), []
    forward = predictor._network.forward

    def limited(image):
        if max(image.shape[-2:]) > 200:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return forward(image)

    monkeypatch.setattr(predictor._network, "forward", limited)
    drive(choose_scale(np.random.default_rng(0).random((150, 150), np.float32), predictor), events.append)
    assert any(isinstance(e, Notice) and "memory" in e.message for e in events)


@pytest.fixture(scope="module")
def bundled():
    if not (bundled_folder() / "default.safetensors").is_file():
        pytest.skip("there is no bundled network")
    return Predictor.load(str(Path(list_networks()["default"])), "cpu")


def etched(diameter, seed):
    """Micrograph with lines a tenth of a grain wide."""
    parameters = MicrographParameters(
        "etched",
        Structure(grain_diameter=diameter, size_spread=0.2),
        Contrast(lines=-0.45, line_width=diameter / 10, grain_steps=0.03),
        imaging=Imaging(blur=diameter / 40, noise=0.02),
    )
    return synthesize(parameters, (480, 480), seed).image


def test_scale_follows_the_size_of_the_grains(bundled):
    diameters = [16, 32, 64, 110]
    seen = [
        diameter * drive(choose_scale(etched(diameter, seed), bundled)).scale
        for diameter in diameters
        for seed in (0, 1)
    ]
    low, high = bundled.card.grain_diameter
    assert low < min(seen)
    assert max(seen) < high
    assert max(seen) / min(seen) < 2.5  # while the diameters differ by a factor of 7


def test_a_region_is_judged_in_its_surroundings(make_predictor):
    """Pixels further away than the window of any candidate do not matter, those around the region do."""
    rng = np.random.default_rng(0)
    image = rng.random((1300, 400), np.float32)
    image[0, :2] = 0, 1  # so that percentiles stay
    region = np.zeros(image.shape, bool)
    region[180:220, 180:220] = True
    far, near = image.copy(), image.copy()
    far[1000:] = image[1000:, ::-1]
    near[230:260] = image[230:260, ::-1]
    plain, other, close = (
        dict(drive(choose_scale(i, make_predictor(), region=region)).tried) for i in (image, far, near)
    )
    assert plain[1.0] == pytest.approx(other[1.0], rel=1e-6)
    assert plain[1.0] != pytest.approx(close[1.0], rel=1e-6)


def test_a_region_that_fills_the_window_counts_alone():
    specimen = np.ones((100, 100), bool)
    specimen[:10] = False
    region = np.zeros((100, 100), bool)
    region[:, :60] = True
    left, right = (slice(0, 100), slice(0, 80)), (slice(0, 100), slice(50, 100))
    np.testing.assert_array_equal(_counting(specimen, region, left), (specimen & region)[left])
    np.testing.assert_array_equal(_counting(specimen, region, right), specimen[right])
    assert _counting(None, region, right) is None
    assert _counting(None, None, right) is None


@pytest.mark.parametrize(("row", "column"), [(0, 0), (500, 300), (999, 599)])
def test_the_window_lies_around_the_region_as_far_as_the_image_goes(row, column):
    region = np.zeros((1000, 600), bool)
    region[row, column] = True
    rows, columns = _window(region.shape, 2.0, region)
    assert rows.stop - rows.start == columns.stop - columns.start == 224
    assert rows.start <= row < rows.stop <= 1000
    assert columns.start <= column < columns.stop <= 600
    if row == 500:
        assert (rows.start, columns.start) == (388, 188)
