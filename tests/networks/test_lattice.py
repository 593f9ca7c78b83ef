"""The network that measures patterns first: nets of known shape, centres, profiles, what it does not heed."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch.nn import functional as F  # noqa: N812

from napari_grains.networks import LATTICE, Preparation, classifier, find_classifier, load_classifier
from napari_grains.networks._lattice_reading import NUMBERS, OF_SPOTS, POINTS, RADII, SHAPE, LatticeReading
from napari_grains.networks._net_of_spots import NetOfSpots
from napari_grains.networks._symmetry_reading import SYMMETRIES
from napari_grains.synthesis import (
    CRYSTAL_SYSTEMS,
    Cell,
    Illumination,
    PatternImaging,
    PatternParameters,
    PatternRecipe,
    crystal,
    diffract,
)

PREPARATION = Preparation(64, low=0, high=99.9, power=0.5, mean=0.0, deviation=1.0)
NOISY = {"counts": 200.0, "readout": 0.01, "background": 0.1, "exposure": 3.0}


def pattern(cell, zone=(0, 0, 1), kind="spots", motif="primitive", azimuth=17.0, **imaging):
    beam = Illumination(200, 80, zone, azimuth)
    one = crystal(cell, motif, ["Fe"], "orthorhombic")
    found = diffract(
        PatternParameters(one, kind, beam, PatternImaging(**{"camera_constant": 30.0} | imaging)), 0
    )
    return PREPARATION(found.image)[None]


def read(image):
    return LatticeReading()(image)[0, :, 0, 0]


@pytest.mark.parametrize("imaging", [{}, NOISY, NOISY | {"beam_stop": 3.0, "stop_direction": 40.0}])
@pytest.mark.parametrize(
    ("cell", "ratio", "lean"),
    [
        (Cell(4, 4, 4), 1.0, 0.0),
        (Cell(4, 5, 6), 1.25, 0.0),
        (Cell(4, 4, 6, 90, 90, 120), 1.0, 0.5),
        (Cell(4, 5, 6, 90, 90, 80), 1.25, 1.25 * math.cos(math.radians(80))),
    ],
)
def test_the_shape_of_a_net_is_that_of_the_reciprocal_cell(cell, ratio, lean, imaging):
    found = read(pattern(cell, **imaging))[:SHAPE].tolist()
    shorter = 30 * min(np.linalg.norm(cell.reciprocal[:2], axis=1))
    assert found == pytest.approx([math.log(ratio), lean, math.log(shorter)], abs=0.03)


def test_extinct_reflections_make_a_net_of_their_own():
    body_centred = read(pattern(Cell(5, 5, 6), motif="body-centred"))
    assert body_centred[:SHAPE].tolist() == pytest.approx([0, 0, math.log(30 * math.sqrt(2) / 5)], abs=0.03)


def test_a_pattern_may_be_turned_and_mirrored():
    image = pattern(Cell(4, 5, 6, 90, 90, 80), **NOISY)
    one = read(image)
    for other in (image.rot90(1, (2, 3)), image.flip(3)):
        torch.testing.assert_close(read(other)[:SHAPE], one[:SHAPE], atol=2e-3, rtol=0)
        torch.testing.assert_close(read(other)[-3 * RADII :], one[-3 * RADII :], atol=0.02, rtol=0)


def test_the_camera_length_changes_the_size_of_a_net_only():
    near, far = (read(pattern(Cell(4, 5, 6), camera_constant=length))[:SHAPE] for length in (24.0, 36.0))
    torch.testing.assert_close(near[:2], far[:2], atol=0.03, rtol=0)
    assert float(far[2] - near[2]) == pytest.approx(math.log(1.5), abs=0.02)


def centre(image):
    reading = LatticeReading()
    clear = (image - F.avg_pool2d(image[None], 9, 1, 4)[0]).clamp_min(0) * reading.window
    return reading.centre(image, torch.fft.rfft2(clear, (96, 96)))[0].tolist()


@pytest.mark.parametrize("kind", ["spots", "rings"])
def test_the_centre_is_found_without_the_direct_beam(kind):
    imaging = {"offset_x": 1.3, "offset_y": -0.7, "beam_stop": 3.0, "stop_direction": 60.0}
    image = pattern(Cell(4, 5, 6), kind=kind, **imaging)[:, 0]
    assert centre(image) == pytest.approx([1.3, -0.7], abs=0.3)


@pytest.mark.parametrize("kind", ["spots", "rings"])
def test_the_centre_may_be_far_from_the_middle(kind):
    image = pattern(Cell(4, 5, 6), kind=kind, offset_x=-3.6, offset_y=4.2, **NOISY)[:, 0]
    assert centre(image) == pytest.approx([-3.6, 4.2], abs=0.3)


@pytest.mark.parametrize(
    ("cell", "zone", "turn", "mirror"),
    [
        (Cell(4, 4, 4), (0, 0, 1), 90, 45),
        (Cell(4, 4, 6, 90, 90, 120), (0, 0, 1), 60, 30),
        (Cell(4, 5, 6), (0, 0, 1), 180, 90),
    ],
)
def test_patterns_are_like_themselves_after_the_turns_and_mirrors_of_their_symmetry(cell, zone, turn, mirror):
    found = read(pattern(cell, zone, **NOISY))[SHAPE + 3 * POINTS :][:SYMMETRIES]
    turns, half, best, mirrors = found.split([49, 1, 1, 49])
    step = 90 / 48
    alike = half if turn == 180 else turns[round(turn / step)]
    assert float(alike) > 0.9
    assert min(float(best), float(mirrors[round(mirror / step)])) > 0.9
    assert float(turns[round(25 / step)]) < 0.3
    assert float(mirrors[round(0.4 * mirror / step)]) < 0.4


def test_a_triclinic_net_has_no_mirror():
    found = read(pattern(Cell(4, 5, 6, 80, 75, 70), **NOISY))[SHAPE + 3 * POINTS :][:SYMMETRIES]
    assert float(found[49]) > 0.9  # half a turn
    assert float(found[50]) < 0.8


def test_rings_are_peaks_of_the_profile():
    profile = read(pattern(Cell(4, 4, 4), kind="rings", camera_constant=36.0))[OF_SPOTS:]
    radii = 2.5 * (31.5 / 2.5) ** np.linspace(0, 1, RADII)
    mean = np.interp([9.0, 9 * 2**0.5, 9 * 1.22], radii, profile.reshape(3, RADII)[0])
    assert mean[:2].min() > 1.5 * mean[2]


def test_cells_are_reduced_whatever_edges_describe_them():
    edges = torch.tensor([[[3.0, 0.0], [1.0, 4.0]]])
    skew = torch.tensor([[[2.0, 1.0], [3.0, 2.0]]]) @ edges
    assert NetOfSpots.reduced(skew).shape[0].tolist() == pytest.approx(
        [math.log(math.sqrt(17) / 3), 1 / 3, math.log(3)], abs=1e-5
    )


@pytest.mark.parametrize("image", [torch.zeros(2, 1, 64, 64), torch.rand(2, 3, 100, 100)])
def test_what_is_no_pattern_gives_finite_numbers(image):
    found = LatticeReading()(image)
    assert found.shape == (2, NUMBERS, 1, 1)
    assert torch.isfinite(found).all()


def test_the_network_learns_behind_its_measurements():
    network = classifier(LATTICE, 7)
    assert sum(one.numel() for one in network.parameters()) == 360_313
    assert sum(one.numel() for one in network.encoder[0].parameters()) == 0
    loss = network(torch.rand(4, 1, 64, 64)).sum()
    loss.backward()
    assert all(one.grad is not None for one in network.parameters())
    assert network.encoder[1] in network.last_stage()
    assert network.features(torch.rand(4, 1, 64, 64)).shape == (4, 256)


def test_the_bundled_classifier_tells_systems_apart():
    stored = load_classifier(find_classifier("patterns"))
    card = stored.card
    assert card.class_names == CRYSTAL_SYSTEMS
    assert card.task == "patterns"
    assert "simulated" in card.notes
    kinds = {"powders", "zone axes", "any orientation"}
    assert set(card.scores["by_part"]) == kinds | {"usual imaging", "wide imaging"}
    assert card.scores["by_part"]["usual imaging"]["accuracy"] > 0.58
    assert min(card.scores["unknown_without_pattern"][name] for name in ("halo", "micrograph")) > 0.9
    assert find_classifier("patterns").stat().st_size < 2_000_000
    recipe = PatternRecipe(systems=dict.fromkeys(("cubic", "hexagonal", "orthorhombic"), 1.0), orientations=0)
    patterns = [recipe.pattern(77, k) for k in range(150)]
    with torch.inference_mode():
        logits = stored.network(torch.stack([card.preparation(one.image) for one in patterns]))
    three = [card.class_names.index(name) for name in ("cubic", "hexagonal", "orthorhombic")]
    named = np.array(three)[logits[:, three].argmax(dim=1)]
    right = named == [card.class_names.index(one.system) for one in patterns]
    assert right.mean() > 0.7
