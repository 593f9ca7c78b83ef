"""Prediction: tiles, sizes, crops, and memory that runs out."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from napari_grains.errors import InputError
from napari_grains.events import Notice, Preview, Progress, drive
from napari_grains.inference import Predictor, WorkingFrame
from napari_grains.inference._tiled import MIRRORS
from napari_grains.inference._tiles import smallest_tile
from napari_grains.networks import DevicePlan, NetworkCard, UNet, UNetConfig, choose_device, save_network

RADIUS, STRIDE = 23, 4  # of the tiny network
SMALLEST = smallest_tile(RADIUS, STRIDE)
gpu = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device"),
]


def predicted(predictor, image, phase=(0, 0)):
    return drive(predictor.predict(image, phase))


def test_untiled_prediction_is_the_networks(make_predictor, blurred_noise):
    image = blurred_noise((40, 56))
    predictor = make_predictor()
    result = predicted(predictor, image)
    with torch.inference_mode():
        outputs = predictor._network(torch.from_numpy(image)[None, None])
    expected = 1 / (1 + np.exp(-outputs["boundary"][0, 0].numpy()))
    np.testing.assert_allclose(result.boundary, expected, atol=1e-5)
    distance = 10 * np.maximum(outputs["distance"][0, 0].numpy(), 0)  # in units of 10 px
    np.testing.assert_allclose(result.distance, distance, atol=1e-4)
    assert result.boundary.std() > 0.02  # the random network is no constant
    assert result.boundary.dtype == result.distance.dtype == np.float32


@pytest.mark.parametrize("shape", [(200, 300), (97, 311), (301, 40)])
@pytest.mark.parametrize("tile", [SMALLEST, 150])
def test_tiled_equals_untiled(make_predictor, blurred_noise, shape, tile):
    image = blurred_noise(shape)
    whole, tiled = (predicted(make_predictor(t), image) for t in (1024, tile))
    np.testing.assert_allclose(tiled.boundary, whole.boundary, atol=1e-4)
    np.testing.assert_allclose(tiled.distance, whole.distance, atol=1e-3)


@pytest.mark.parametrize("depth", [1, 3])
def test_tiled_equals_untiled_at_other_depths(make_predictor, blurred_noise, depth):
    config = UNetConfig(base_channels=3, depth=depth)
    smallest = smallest_tile(config.receptive_radius, config.stride)
    image = blurred_noise((3 * smallest // 2 + 5, 2 * smallest + 1))
    whole, tiled = (predicted(make_predictor(t, config), image) for t in (2048, smallest))
    np.testing.assert_allclose(tiled.boundary, whole.boundary, atol=1e-4)


@pytest.mark.parametrize("shape", [(16, 16), (17, 16), (37, 1200), (1, 1), (3, 70), (255, 33)])
@pytest.mark.parametrize("phase", [(0, 0), (3, 1)])
def test_any_size(make_predictor, blurred_noise, shape, phase):
    result = predicted(make_predictor(120), blurred_noise(shape), phase)
    assert result.boundary.shape == result.distance.shape == shape
    assert np.isfinite(result.boundary).all()
    assert result.boundary.min() >= 0
    assert result.boundary.max() <= 1
    assert result.distance.min() >= 0


@pytest.mark.parametrize("scale", [1.0, 0.5])
@pytest.mark.parametrize("cut", [(2, 2), (1, 3), (0, 2)])
@pytest.mark.parametrize("tile", [1024, 130])
def test_cropping_changes_nothing_beyond_the_receptive_field(make_predictor, blurred_noise, scale, cut, tile):
    image = blurred_noise((210, 260))
    rows, columns = cut
    cropped = image[rows : 210 - rows, columns : 260 - columns]
    results = []
    for part, origin in ((image, (0, 0)), (cropped, cut)):
        frame = WorkingFrame(scale, part.shape, origin)
        working = frame.to_working(part)
        results.append(frame.to_image(predicted(make_predictor(tile), working, frame.first).boundary))
    whole, part = results
    # Smoothing against aliasing reaches 3 sigma, interpolation a working pixel in and out.
    reach = int(np.ceil((RADIUS + 2) / scale + 3 * (1 / scale - 1) / 2)) + 1
    inner = np.s_[reach : 210 - 2 * rows - reach, reach : 260 - 2 * columns - reach]
    same = whole[rows : 210 - rows, columns : 260 - columns]
    assert part[inner].size > 5000
    np.testing.assert_allclose(part[inner], same[inner], atol=2e-6)
    if max(cut) == 2:
        assert np.abs(part - same).max() > 1e-4  # whereas the border does change


def test_without_the_phase_a_crop_would_change_everything(make_predictor, blurred_noise):
    image = blurred_noise((160, 160))
    whole = predicted(make_predictor(), image).boundary[2:, 2:]
    part = predicted(make_predictor(), image[2:, 2:]).boundary
    assert np.abs(part - whole)[60:100, 60:100].max() > 1e-3


@pytest.mark.parametrize("phase", [(0, 0), (3, 2)])
def test_previews_are_the_result_block_by_block(make_predictor, blurred_noise, phase):
    image = blurred_noise((150, 220))
    events = []
    result = drive(make_predictor(130).predict(image, phase), events.append)
    previews = [e for e in events if isinstance(e, Preview)]
    progress = [e for e in events if isinstance(e, Progress)]
    assert len(previews) == len(progress) == progress[0].total > 3
    assert [p.done for p in progress] == list(range(1, len(progress) + 1))
    canvas = np.full((400, 400), np.nan, np.float32)
    for preview in previews:
        assert preview.name == "boundary"
        y, x = (k + 10 for k in preview.offset)
        height, width = preview.array.shape
        assert np.isnan(canvas[y : y + height, x : x + width]).all()
        canvas[y : y + height, x : x + width] = preview.array
    shown = canvas[10 : 10 + 150, 10 : 10 + 220]
    np.testing.assert_allclose(shown, result.boundary, atol=1e-4)


def test_mirrored_predictions_do_not_depend_on_the_side_one_looks_from(make_predictor, blurred_noise):
    image = blurred_noise((64, 96))
    predictor = make_predictor()
    means = [
        drive(predictor.predict(image[steps], mirrors=MIRRORS)).boundary[steps]
        for steps in (np.s_[:, :], np.s_[::-1, :], np.s_[:, ::-1], np.s_[::-1, ::-1])
    ]
    for mean in means[1:]:
        np.testing.assert_allclose(mean, means[0], atol=1e-5)
    alone = predicted(predictor, image).boundary
    assert np.abs(alone - means[0]).max() > 0.01  # a single look does depend on it


def test_a_mirrored_prediction_shows_each_tile_once_and_counts_all_its_work(make_predictor, blurred_noise):
    image, events = blurred_noise((150, 220)), []
    drive(make_predictor(130).predict(image, mirrors=MIRRORS), events.append)
    previews = [e for e in events if isinstance(e, Preview)]
    progress = [e for e in events if isinstance(e, Progress)]
    assert len(progress) == progress[0].total == 4 * len(previews)
    assert isinstance(events[1], Preview)  # after the first look, not after all four


def short_of_memory(predictor, monkeypatch, largest, error):
    """Let the network fail for tiles with a side above ``largest``; returns the sides that were tried."""
    forward, tried = predictor._network.forward, []

    def limited(image):
        tried.append(max(image.shape[-2:]))
        if tried[-1] > largest:
            raise error
        return forward(image)

    monkeypatch.setattr(predictor._network, "forward", limited)
    return tried


ERRORS = [
    torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."),
    RuntimeError(
        "[enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: can't allocate memory: you tried "
        "to allocate 68719476736 bytes. Error code 12 (Cannot allocate memory)"
    ),
    RuntimeError(
        "[enforce fail at alloc_cpu.cpp:116] data. DefaultCPUAllocator: not enough memory: you tried"
    ),
    RuntimeError("CUDA error: out of memory"),
    RuntimeError("cuDNN error: CUDNN_STATUS_ALLOC_FAILED"),
    MemoryError(),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda e: f"{type(e).__name__} {str(e)[:12]}")
def test_short_memory_makes_tiles_smaller_and_says_so(make_predictor, blurred_noise, monkeypatch, error):
    image = blurred_noise((180, 200))
    expected = predicted(make_predictor(), image)
    predictor, events = make_predictor(), []
    tried = short_of_memory(predictor, monkeypatch, 120, error)
    result = drive(predictor.predict(image), events.append)
    np.testing.assert_allclose(result.boundary, expected.boundary, atol=1e-4)
    np.testing.assert_allclose(result.distance, expected.distance, atol=1e-3)
    (notice,) = (e for e in events if isinstance(e, Notice))
    assert notice.message == "memory is short: going on with tiles of 100 px"
    assert tried[0] == 200
    assert max(tried[1:]) <= 100
    assert predictor.tile == 100  # and the next image starts there


def test_no_memory_at_all_is_an_error_in_one_line(make_predictor, blurred_noise, monkeypatch):
    predictor, events = make_predictor(), []
    tried = short_of_memory(predictor, monkeypatch, 0, torch.OutOfMemoryError("CUDA out of memory"))
    with pytest.raises(InputError, match="not enough memory") as caught:
        drive(predictor.predict(blurred_noise((400, 400))), events.append)
    assert "\n" not in str(caught.value)
    assert tried == sorted(set(tried), reverse=True)  # never the same size again
    assert max(tried[-1:]) <= SMALLEST


def test_other_errors_are_not_taken_for_short_memory(make_predictor, blurred_noise, monkeypatch):
    predictor = make_predictor()
    short_of_memory(predictor, monkeypatch, 0, RuntimeError("shapes do not match"))
    with pytest.raises(RuntimeError, match="shapes"):
        predicted(predictor, blurred_noise((64, 64)))


def test_network_input_stretches_the_cards_percentiles(make_predictor):
    image = np.linspace(0, 1000, 1001, dtype=np.float32).reshape(7, 143)
    found = make_predictor().network_input(image)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, np.clip((image - 5) / 990, 0, 1) * 2 - 1, atol=1e-5)
    specimen = image < 500
    np.testing.assert_allclose(
        make_predictor().network_input(image, specimen)[specimen],
        np.clip((image[specimen] - 2.495) / (496.505 - 2.495), 0, 1) * 2 - 1,
        atol=1e-5,
    )


def test_half_precision_is_near(make_predictor, blurred_noise):
    image = blurred_noise((64, 64))
    exact = predicted(make_predictor(), image).boundary
    predictor = make_predictor()
    predictor.plan = DevicePlan(torch.device("cpu"), torch.bfloat16, "CPU")
    predictor.plan.place(predictor._network)
    assert np.abs(predicted(predictor, image).boundary - exact).mean() < 0.02


def test_loading(tiny_file):
    predictor = Predictor.load(tiny_file, "cpu", precision="float32")
    assert len(predictor.sha256) == 64
    assert predictor.card.name == "tiny"
    assert predictor.plan == choose_device("cpu", precision="float32")


def test_network_for_something_else_is_refused(tmp_path):
    config = UNetConfig(base_channels=2, depth=1, heads={"phases": 3})
    path = tmp_path / "phases.safetensors"
    save_network(path, UNet(config), NetworkCard("p", config, task="phases"))
    with pytest.raises(InputError, match="made for phases, not for grain boundaries"):
        Predictor.load(str(path))


class TestCuda:
    """Where there is a CUDA device."""

    pytestmark = gpu

    def test_result_is_that_of_the_cpu(self, tiny_file, blurred_noise):
        image = blurred_noise((300, 333))
        expected = predicted(Predictor.load(tiny_file, "cpu", precision="float32"), image)
        found = predicted(Predictor.load(tiny_file, "cuda", precision="float32"), image)
        np.testing.assert_allclose(found.boundary, expected.boundary, atol=3e-3)

    def test_half_precision_is_near(self, tiny_file, blurred_noise):
        """Near on the whole: the random weights of this network make steep steps of small differences."""
        image = blurred_noise((300, 333))
        expected = predicted(Predictor.load(tiny_file, "cpu", precision="float32"), image)
        found = predicted(Predictor.load(tiny_file, "cuda"), image)
        assert 0 < np.abs(found.boundary - expected.boundary).mean() < 0.02

    def test_memory_that_really_runs_out(self, tiny_file, blurred_noise):
        image = blurred_noise((1600, 1600))
        expected = predicted(Predictor.load(tiny_file, "cuda", precision="float32"), image)
        torch.cuda.empty_cache()
        _, total = torch.cuda.mem_get_info()
        predictor, events = Predictor.load(tiny_file, "cuda", precision="float32"), []
        torch.cuda.set_per_process_memory_fraction(min(1.0, (torch.cuda.memory_reserved() + 60e6) / total))
        try:
            result = drive(predictor.predict(image), events.append)
        finally:
            torch.cuda.set_per_process_memory_fraction(1.0)
        assert any(isinstance(e, Notice) for e in events)
        assert predictor.tile < 1600
        np.testing.assert_allclose(result.boundary, expected.boundary, atol=3e-3)
