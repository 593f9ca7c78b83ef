"""Tessellations against brute force and stereology."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage as ndi
from scipy.spatial import cKDTree
from skimage.measure import regionprops

from napari_grains.grains import measure
from napari_grains.synthesis import Seeds, Structure, synthesize
from napari_grains.synthesis._parameters import MicrographParameters
from napari_grains.synthesis._relaxation import relax
from napari_grains.synthesis._seeds import scatter
from napari_grains.synthesis._tessellation import _lift, _nearest, tessellate


def draw(shape=(512, 512), seed=0, **structure):
    return tessellate(shape, Structure(**structure), np.random.default_rng(seed))


def complete_grains(labels):
    """Areas in px of the grains that do not touch the field's border."""
    border = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    inside = np.setdiff1d(np.unique(labels), border)
    return np.bincount(labels.ravel())[inside]


def number_of_grains(labels):
    """Grains in the field: those inside, half of those cut, less one (Li & Zhou, JAI103476)."""
    cut = len(np.unique(np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])))
    return len(np.unique(labels)) - cut / 2 - 1


@pytest.mark.parametrize("shape", [(96, 96), (97, 131), (16, 200), (33, 17)])
def test_labels_are_a_full_partition_without_gaps(shape):
    labels = draw(shape, grain_diameter=15, size_spread=0.5, waviness=0.3, elongation=2, colonies=0.7)
    assert labels.shape == shape
    assert labels.dtype == np.int32
    np.testing.assert_array_equal(np.unique(labels), np.arange(1, labels.max() + 1))


@pytest.mark.parametrize("step", [1, 2, 3, 4])
@pytest.mark.parametrize("shape", [(120, 121), (97, 64)])
@pytest.mark.parametrize("spread", [0.0, 0.2, 0.5])
def test_power_diagram_is_the_least_squared_distance_minus_weight(spread, shape, step):
    structure = Structure(grain_diameter=18, size_spread=spread, waviness=0)
    seeds = np.random.default_rng(1).uniform(-10, 130, (90, 2))
    lifted = _lift(seeds, structure, np.random.default_rng(2))
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)

    radii = 9 * np.exp(np.random.default_rng(2).normal(0, spread, 90))
    weights = np.minimum(radii, 27) ** 2
    power = (y[..., None] - seeds[:, 0]) ** 2 + (x[..., None] - seeds[:, 1]) ** 2 - weights

    found = _nearest(lifted, y, x, step)
    assert np.mean(found == power.argmin(-1)) > (0.9995 if step == 1 else 0.99)  # tips of cells are cut off
    lost = np.take_along_axis(power, found[..., None], -1)[..., 0] - power.min(-1)
    assert lost.max() < 5 * 18  # and those pixels belong to a neighbour nearly as near


def test_grains_of_a_plain_power_diagram_are_convex():
    labels = draw((200, 200), grain_diameter=30, size_spread=0.3, waviness=0)
    for grain, window in enumerate(ndi.find_objects(labels), 1):
        mask = labels[window] == grain
        rows, columns = np.nonzero(mask)
        middle = np.rint((np.c_[rows, columns][:, None] + np.c_[rows, columns][::7][None]) / 2).astype(int)
        middle = middle.reshape(-1, 2)
        near = ndi.binary_dilation(mask, np.ones((3, 3)))  # midpoints fall between pixels
        assert near[middle[:, 0], middle[:, 1]].all()


@pytest.mark.parametrize("diameter", [12, 24, 48])
@pytest.mark.parametrize(("spread", "disorder"), [(0.0, 0.15), (0.0, 1.0), (0.2, 0.5), (0.3, 0.5)])
def test_mean_grain_diameter_is_the_parameter(diameter, spread, disorder):
    side = 18 * diameter
    drawn = [
        draw((side, side), seed, grain_diameter=diameter, size_spread=spread, disorder=disorder)
        for seed in range(3)
    ]
    mean_area = sum(g.size for g in drawn) / sum(map(number_of_grains, drawn))
    assert np.sqrt(4 * mean_area / np.pi) == pytest.approx(diameter, rel=0.06)
    mean = np.mean(np.concatenate([np.sqrt(4 * complete_grains(g) / np.pi) for g in drawn]))
    assert mean == pytest.approx(diameter, rel=0.1)


@pytest.mark.parametrize("disorder", [0.15, 1.0])
def test_logarithmic_spread_of_diameters_grows_with_size_spread(disorder):
    def spread(size_spread):
        areas = complete_grains(draw(grain_diameter=20, size_spread=size_spread, disorder=disorder))
        return np.log(areas).std() / 2

    measured = [spread(s) for s in (0.0, 0.2, 0.4, 0.6)]
    assert measured == sorted(measured)
    assert measured[-1] > measured[0] + 0.3


def test_disorder_widens_the_distribution():
    assert np.log(complete_grains(draw(grain_diameter=20, size_spread=0, disorder=0.0))).std() < 0.1
    assert np.log(complete_grains(draw(grain_diameter=20, size_spread=0, disorder=1.0))).std() > 0.4


def test_elongation_and_angle_are_those_of_the_grains():
    labels = draw(grain_diameter=20, size_spread=0, disorder=0.3, elongation=3, angle=0.5, waviness=0)
    border = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    moments = np.zeros((2, 2))
    for grain in np.setdiff1d(np.unique(labels), border):
        points = np.argwhere(labels == grain)
        moments += np.cov(points.T)
    values, vectors = np.linalg.eigh(moments)
    assert np.sqrt(values[1] / values[0]) == pytest.approx(3, rel=0.1)
    along_y, along_x = vectors[:, 1]
    assert np.arctan2(along_y, along_x) % np.pi == pytest.approx(0.5, abs=0.05)


def test_waviness_curves_boundaries():
    def solidity(waviness):
        labels = draw((300, 300), grain_diameter=40, size_spread=0, waviness=waviness, disorder=0.2)
        grains = regionprops(labels)
        return sum(g.area for g in grains) / sum(g.area_convex for g in grains)

    assert solidity(0) > 0.96  # the raster alone costs a little
    assert solidity(0.35) < 0.95


def test_colonies_make_sizes_bimodal_and_keep_them_near_the_parameter():
    plain = np.log(complete_grains(draw(grain_diameter=16, size_spread=0.1, disorder=0.3)))
    mixed = np.log(complete_grains(draw(grain_diameter=16, size_spread=0.1, disorder=0.3, colonies=0.9)))
    assert mixed.std() > 1.5 * plain.std()


@pytest.mark.parametrize(
    ("structure", "ratio"),
    [
        ({"seeds": "poisson"}, np.pi / 4),
        ({"seeds": "lattice", "disorder": 0.0}, np.pi / (2 * np.sqrt(2 * np.sqrt(3)))),
    ],
    ids=["Poisson-Voronoi", "hexagons"],
)
def test_mean_intercept_of_known_tessellations(structure, ratio):
    """Isotropic lines give l = pi A / P: Poisson-Voronoi cells have P = 4 sqrt(A), hexagons 3.722 sqrt(A)."""
    drawn = draw((700, 700), seed=2, grain_diameter=26, size_spread=0, waviness=0, **structure)
    found = measure(drawn).summary
    mean_area = drawn.size / number_of_grains(drawn)
    assert found["mean_intercept_px"] / np.sqrt(mean_area) == pytest.approx(ratio, rel=0.03)


def test_point_processes_differ_in_the_spread_of_their_cells():
    """Poisson-Voronoi areas vary by 0.53 (known from simulations); regular processes vary less."""

    def variation(seeds):
        areas = np.concatenate(
            [
                complete_grains(
                    draw((600, 600), i, grain_diameter=20, size_spread=0, waviness=0, seeds=seeds)
                )
                for i in range(3)
            ]
        )
        return areas.std() / areas.mean()

    assert variation("poisson") == pytest.approx(0.53, abs=0.05)
    assert variation("poisson disk") < 0.35
    assert variation("lloyd") < 0.42
    assert variation("clustered") > 0.62


@pytest.mark.parametrize("seeds", list(Seeds))
def test_every_point_process_keeps_the_mean_diameter(seeds):
    drawn = [draw((500, 500), i, grain_diameter=22, size_spread=0.1, seeds=seeds) for i in range(4)]
    mean_area = sum(g.size for g in drawn) / sum(map(number_of_grains, drawn))
    assert np.sqrt(4 * mean_area / np.pi) == pytest.approx(22, rel=0.09)


def test_no_two_points_of_a_poisson_disk_process_are_near():
    structure = Structure(grain_diameter=20, seeds="poisson disk")
    points = scatter((0, 400, 0, 300), structure, np.random.default_rng(0))
    pitch = np.sqrt(np.pi / 4) * 20
    assert cKDTree(points).query(points, 2)[0][:, 1].min() >= 0.71 * pitch


@pytest.mark.parametrize("seeds", list(Seeds))
def test_a_box_smaller_than_a_grain_still_gets_seeds(seeds):
    structure = Structure(grain_diameter=500, seeds=seeds, colonies=0.5)
    assert len(scatter((0, 20, 0, 30), structure, np.random.default_rng(1))) >= 4


def test_relaxation_turns_triple_junctions_towards_120_degrees():
    """Of 180, 90 and 90 degrees the wide one is pulled into the others: a T becomes a Y."""
    labels = np.ones((90, 90), np.int32)
    labels[45:, :45], labels[45:, 45:] = 2, 3
    relaxed = labels
    for _ in range(4):
        relaxed = relax(relaxed, 9)
    border = [np.flatnonzero(relaxed[:, column] == 1).max() for column in (15, 45, 75)]
    assert border[1] > border[0] + 4
    assert border[1] > border[2] + 4


def test_relaxation_shrinks_a_small_grain_and_leaves_a_straight_boundary():
    labels = np.ones((60, 60), np.int32)
    labels[:, 30:] = 2
    straight = relax(labels, 6)
    np.testing.assert_array_equal(straight, labels)
    labels[10:16, 10:16] = 3
    assert np.sum(relax(labels, 6) == 3) < 36


def test_relaxed_grains_have_smoother_boundaries():
    def perimeter(relaxation):
        labels = draw(grain_diameter=40, size_spread=0.2, waviness=0.5, relaxation=relaxation)
        return sum(region.perimeter for region in regionprops(labels))

    assert perimeter(0.2) < 0.98 * perimeter(0)


@pytest.mark.parametrize("seed", range(3))
def test_distance_is_to_the_nearest_pixel_at_a_boundary(seed):
    micrograph = synthesize(MicrographParameters(structure=Structure(grain_diameter=14)), (40, 47), seed)
    grains = micrograph.grains
    padded = np.pad(grains, 1, "edge")
    at_boundary = np.zeros(grains.shape, bool)
    for shift in ((0, 1), (2, 1), (1, 0), (1, 2)):
        at_boundary |= padded[shift[0] : shift[0] + 40, shift[1] : shift[1] + 47] != grains
    points = np.argwhere(at_boundary)
    everywhere = np.argwhere(np.ones_like(at_boundary))
    brute = np.sqrt(((everywhere[:, None] - points[None]) ** 2).sum(-1).min(1)).reshape(grains.shape) + 0.5
    np.testing.assert_allclose(micrograph.distance, brute, rtol=1e-6)
    np.testing.assert_array_equal(micrograph.boundary, brute <= 1.5)


def test_a_single_grain_has_no_boundary():
    micrograph = synthesize(MicrographParameters(structure=Structure(grain_diameter=4000)), (16, 20), 0)
    assert micrograph.grains.max() == 1
    assert not micrograph.boundary.any()
    assert micrograph.distance.min() > 20
    assert np.isfinite(micrograph.image).all()


@pytest.mark.parametrize(
    "wrong",
    [
        {"grain_diameter": 0},
        {"grain_diameter": float("nan")},
        {"elongation": 0.5},
        {"size_spread": -0.1},
        {"disorder": -1},
        {"waviness": -1},
        {"colonies": 1.5},
        {"relaxation": -1},
        {"seeds": "hexagons"},
    ],
)
def test_impossible_structures_are_rejected(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong)).split("_")[-1]):
        Structure(**wrong)
