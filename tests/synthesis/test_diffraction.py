"""Diffraction: published spacings and wavelengths, extinctions, geometry, repeatable patterns."""

from __future__ import annotations

import itertools
import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_grains.errors import InputError
from napari_grains.synthesis import (
    CRYSTAL_SYSTEMS,
    ELEMENTS,
    MOTIFS,
    WIDE_PATTERN_RANGES,
    Atom,
    Cell,
    Crystal,
    Illumination,
    PatternImaging,
    PatternParameters,
    PatternRecipe,
    Range,
    crystal,
    diffract,
    electron_wavelength,
    powder_lines,
    random_crystal,
    reflections,
    scattering_factor,
)


def cubic(a, motif, *elements):
    return crystal(Cell(a, a, a), motif, elements, "cubic")


ALUMINIUM = cubic(4.0495, "face-centred", "Al")
IRON = cubic(2.8665, "body-centred", "Fe")
SILICON = cubic(5.4310, "diamond", "Si")
ROCK_SALT = cubic(5.6402, "NaCl", "Na", "Cl")
CAESIUM_CHLORIDE = cubic(4.123, "CsCl", "Cs", "Cl")
STRONTIUM_TITANATE = cubic(3.905, "perovskite", "Sr", "Ti", "O")
MAGNESIUM = crystal(Cell(3.2094, 3.2094, 5.2108, 90, 90, 120), "hcp", ["Mg"], "hexagonal")
RUTILE = crystal(Cell(4.5937, 4.5937, 2.9587), "rutile", ["Ti", "O"], "tetragonal")
BARIUM_TITANATE = crystal(Cell(3.994, 3.994, 4.038), "perovskite", ["Ba", "Ti", "O"], "tetragonal")
BISMUTH_CELL = Cell(4.746, 4.746, 4.746, 57.23, 57.23, 57.23)
BOX = np.array([hkl for hkl in itertools.product(range(-4, 5), repeat=3) if any(hkl)])


@pytest.mark.parametrize(
    ("cell", "published"),
    [
        (ALUMINIUM.cell, {(1, 1, 1): 2.338, (2, 0, 0): 2.024, (2, 2, 0): 1.431, (3, 1, 1): 1.221}),
        (IRON.cell, {(1, 1, 0): 2.027, (2, 0, 0): 1.433, (2, 1, 1): 1.170}),
        (SILICON.cell, {(1, 1, 1): 3.1355, (2, 2, 0): 1.9201, (3, 1, 1): 1.6375}),
        (ROCK_SALT.cell, {(1, 1, 1): 3.258, (2, 0, 0): 2.821, (2, 2, 0): 1.994}),
        (STRONTIUM_TITANATE.cell, {(1, 0, 0): 3.905, (1, 1, 0): 2.761, (1, 1, 1): 2.255}),
        (MAGNESIUM.cell, {(1, 0, 0): 2.778, (0, 0, 2): 2.605, (1, 0, 1): 2.452}),
        (RUTILE.cell, {(1, 1, 0): 3.247, (1, 0, 1): 2.487, (2, 1, 1): 1.687}),
        (BARIUM_TITANATE.cell, {(0, 0, 1): 4.038, (1, 0, 0): 3.994, (1, 0, 1): 2.840, (1, 1, 0): 2.824}),
        (BISMUTH_CELL, {(1, 1, 0): 3.28}),  # (012) of the hexagonal cell
    ],
)
def test_published_spacings(cell, published):
    found = cell.spacing(np.array(list(published)))
    np.testing.assert_allclose(found, list(published.values()), rtol=1.5e-3)


def test_spacings_of_a_monoclinic_cell_follow_the_textbook():
    a, b, c, beta = 5.0, 6.2, 7.1, np.radians(105)
    h, k, l = BOX.T  # noqa: E741 - the field's name
    inverse_square = (
        h**2 / a**2 + k**2 * np.sin(beta) ** 2 / b**2 + l**2 / c**2 - 2 * h * l * np.cos(beta) / (a * c)
    ) / np.sin(beta) ** 2
    np.testing.assert_allclose(Cell(a, b, c, 90, 105, 90).spacing(BOX), inverse_square**-0.5)


@given(st.integers(0, 10**6), st.sampled_from(CRYSTAL_SYSTEMS))
def test_reciprocal_edges_are_those_of_the_cell(seed, system):
    cell = random_crystal(system, np.random.default_rng(seed)).cell
    np.testing.assert_allclose(cell.edges @ cell.reciprocal.T, np.eye(3), atol=1e-12)
    np.testing.assert_allclose(cell.edges @ cell.edges.T, cell.metric, atol=1e-9)
    assert cell.volume == pytest.approx(np.linalg.det(cell.edges))


@pytest.mark.parametrize(("kilovolts", "picometres"), [(100, 3.701), (200, 2.508), (300, 1.969)])
def test_published_wavelengths(kilovolts, picometres):
    assert 100 * electron_wavelength(kilovolts) == pytest.approx(picometres, abs=5e-4)


@pytest.mark.parametrize("element", ELEMENTS)
def test_scattering_factors_fall_and_leave_a_positive_charge_cloud(element):
    numbers = {"C": 6, "O": 8, "Na": 11, "Mg": 12, "Al": 13, "Si": 14, "S": 16, "Cl": 17, "K": 19, "Ca": 20}
    numbers |= {"Ti": 22, "V": 23, "Cr": 24, "Mn": 25, "Fe": 26, "Co": 27, "Ni": 28, "Cu": 29, "Zn": 30}
    numbers |= {"Ga": 31, "Ge": 32, "As": 33, "Sr": 38, "Mo": 42, "Ag": 47, "Sn": 50}
    numbers |= {"Cs": 55, "Ba": 56, "Au": 79, "Pb": 82}
    s = np.linspace(0, 1.2, 60)
    electrons = scattering_factor(element, s)
    assert np.all(np.diff(electrons) < 0)
    x_rays = numbers[element] - 41.78214 * s**2 * electrons  # Mott and Bethe
    assert np.all(np.diff(x_rays) < 0.01)
    assert 0 < x_rays[-1] < 0.55 * numbers[element]


def test_aluminium_scatters_as_published():
    # Doyle and Turner's table gives 5.889 angstrom in the forward direction.
    assert scattering_factor("Al", np.zeros(1))[0] == pytest.approx(5.889, abs=0.02)


def extinct(one):
    return one.is_extinct(BOX)


def test_extinctions_of_the_cubic_lattices():
    total, parity = BOX.sum(axis=1), BOX % 2
    mixed = ~np.all(parity == parity[:, :1], axis=1)
    np.testing.assert_array_equal(extinct(ALUMINIUM), mixed)
    np.testing.assert_array_equal(extinct(ROCK_SALT), mixed)
    np.testing.assert_array_equal(extinct(IRON), total % 2 == 1)
    even = np.all(parity == 0, axis=1)
    np.testing.assert_array_equal(extinct(SILICON), mixed | (even & (total % 4 == 2)))
    assert not extinct(CAESIUM_CHLORIDE).any()
    assert not extinct(STRONTIUM_TITANATE).any()


def test_extinctions_by_screw_axes_and_glide_planes():
    h, k, l = BOX.T  # noqa: E741 - the field's name
    np.testing.assert_array_equal(extinct(MAGNESIUM), ((h + 2 * k) % 3 == 0) & (l % 2 == 1))
    gone = extinct(RUTILE)
    assert gone[(h == 0) & ((k + l) % 2 == 1)].all()  # n glide: (100) and (210) are not among them
    assert gone[(k == 0) & (l == 0) & (h % 2 == 1)].all()
    assert not gone[(h == 1) & (k == 1) & (l == 0)].any()


def test_iron_diffracts_like_its_atoms():
    factors = IRON.structure_factor(np.array([[1, 1, 0], [2, 0, 0]]))
    s = 0.5 / IRON.cell.spacing(np.array([[1, 1, 0], [2, 0, 0]]))
    np.testing.assert_allclose(factors, 2 * scattering_factor("Fe", s) * np.exp(-0.5 * s**2))


def test_excitation_errors_follow_the_ewald_sphere():
    found = reflections(ALUMINIUM, Illumination(200, 50), 1.0)
    at = {tuple(hkl): s for hkl, s in zip(found.hkl.tolist(), found.excitation, strict=True)}
    g = 2 / 4.0495
    expected = 1 / 0.02507934 - np.hypot(1 / 0.02507934, g)
    assert at[(2, 0, 0)] == pytest.approx(expected, rel=1e-4)
    assert at[(2, 0, 0)] == pytest.approx(-0.5 * g * g * 0.02507934, rel=1e-3)
    assert all(hkl[2] == 0 for hkl in at)  # only the zeroth Laue zone is near


def test_a_tilt_brings_one_side_onto_the_sphere():
    found = reflections(ALUMINIUM, Illumination(200, 100, tilt=1.0, tilt_direction=0.0), 0.8)
    away = np.abs(found.g[:, 0]) > 0.1
    sides = {sign: found.intensity[away & (np.sign(found.g[:, 0]) == sign)].sum() for sign in (-1, 1)}
    assert max(sides.values()) > 1.5 * min(sides.values())


def test_thick_crystals_show_fewer_reflections():
    thin, thick = (reflections(ALUMINIUM, Illumination(200, t), 1.2) for t in (30, 600))
    assert len(thick.hkl) < 0.5 * len(thin.hkl)


@pytest.mark.parametrize(
    ("one", "zone", "angle"),
    [(ALUMINIUM, (0, 0, 1), 90), (ALUMINIUM, (1, 1, 1), 60), (MAGNESIUM, (0, 0, 1), 60)],
)
def test_zone_axis_patterns_have_the_angles_of_the_net(one, zone, angle):
    found = reflections(one, Illumination(300, 300, zone, azimuth=17.0), 0.8)
    length = np.linalg.norm(found.g, axis=1)
    strong = found.intensity > 0.02 * found.intensity.max()
    shortest = found.g[strong & (length < 1.02 * length[strong].min())]
    directions = np.sort(np.degrees(np.arctan2(shortest[:, 0], shortest[:, 1])))
    np.testing.assert_allclose(np.diff(directions), angle, atol=1e-6)


def test_any_zone_is_perpendicular_to_its_reflections():
    one = random_crystal("triclinic", np.random.default_rng(1))
    found = reflections(one, Illumination(300, 300, (1, 2, -1)), 0.8)
    laue = found.hkl @ np.array([1, 2, -1])
    # The intensity is in the zeroth zone, the next ones are far from the sphere at these angles.
    assert found.intensity[laue == 0].sum() > 0.95 * found.intensity.sum()


def test_the_strongest_ring_of_a_powder_is_the_published_one():
    for one, spacing in ((ALUMINIUM, 2.338), (IRON, 2.027), (ROCK_SALT, 2.821), (SILICON, 3.1355)):
        g, intensity = powder_lines(one, 0.9)
        rings = np.round(1 / g, 3)
        total = {d: intensity[rings == d].sum() for d in np.unique(rings)}
        assert max(total, key=total.get) == pytest.approx(spacing, abs=0.003)


def brightest(image, leave_out):
    y, x = np.indices(image.shape) - 31.5
    image = np.where(np.hypot(y, x) > leave_out, image, 0)
    return np.hypot(y, x)[image == image.max()].mean()


@pytest.mark.parametrize("kind", ["spots", "rings"])
def test_reflections_lie_at_the_camera_constant_over_d(kind):
    imaging = PatternImaging(camera_constant=40.0, beam=0.5)
    found = diffract(PatternParameters(IRON, kind, Illumination(200, 60), imaging), 0)
    assert brightest(found.image, 5) == pytest.approx(40.0 / 2.0268, abs=0.8)


def test_offset_ellipse_and_beam_stop():
    plain = PatternImaging(camera_constant=36.0, beam=2.0)
    base = PatternParameters(IRON, "rings", imaging=plain)
    moved = diffract(replace(base, imaging=replace(plain, offset_y=4, offset_x=-3)), 0).image
    np.testing.assert_array_equal(moved[14:58, 10:50], diffract(base, 0).image[10:54, 13:53])
    flat = diffract(replace(base, imaging=replace(plain, ellipticity=0.2)), 0).image
    assert flat[32, 40:].argmax() > flat[40:, 32].argmax() + 1
    hidden = diffract(replace(base, imaging=replace(plain, beam_stop=4.0, stop_direction=0.0)), 0).image
    assert hidden[30:34, 30:].max() == 0  # disc and bar, which comes from the right
    assert hidden[31, :20].max() > 0


def test_noise_is_that_of_counting():
    imaging = PatternImaging(beam=0.0, floor=0.4, counts=100.0, camera_constant=500.0)
    image = diffract(PatternParameters(IRON, imaging=imaging), 3).image
    assert image.mean() == pytest.approx(0.4, abs=0.01)
    assert image.std() == pytest.approx(np.sqrt(0.4 / 100), rel=0.1)


def test_a_strong_exposure_saturates():
    imaging = PatternImaging(exposure=5.0)
    found = diffract(PatternParameters(IRON, illumination=Illumination(200, 60), imaging=imaging), 0).image
    assert np.sum(found == 1) > 10
    assert found.max() == 1


def test_patterns_repeat_bit_for_bit_and_differ():
    recipe = PatternRecipe()
    one, again, other = recipe.pattern(3, 5), recipe.pattern(3, 5), recipe.pattern(3, 6)
    assert one.image.tobytes() == again.image.tobytes()
    assert one.parameters == again.parameters
    assert one.image.tobytes() != other.image.tobytes()
    assert (one.image.shape, one.image.dtype) == ((64, 64), np.float32)
    assert 0 <= one.image.min() < one.image.max() <= 1
    assert diffract(one.parameters, 1).image.tobytes() == diffract(one.parameters, 1).image.tobytes()


def test_a_recipe_draws_all_systems_and_kinds():
    drawn = [PatternRecipe().draw(np.random.default_rng(seed)) for seed in range(120)]
    assert {one.crystal.system for one in drawn} == set(CRYSTAL_SYSTEMS)
    assert {one.kind for one in drawn} == {"spots", "rings"}
    only = PatternRecipe(systems={"cubic": 1.0}, rings=0.0, elements=("Al", "Si", "O"))
    drawn = [only.draw(np.random.default_rng(seed)) for seed in range(20)]
    assert {one.crystal.system for one in drawn} == {"cubic"}
    assert {one.kind for one in drawn} == {"spots"}
    assert {atom.element for one in drawn for atom in one.crystal.atoms} <= {"Al", "Si", "O"}


EQUAL_AND_RIGHT = {
    "cubic": (2, 3),
    "tetragonal": (1, 3),
    "orthorhombic": (0, 3),
    "trigonal": (2, 0),
    "monoclinic": (0, 2),
    "triclinic": (0, 0),
}


@pytest.mark.parametrize("system", CRYSTAL_SYSTEMS)
def test_random_cells_have_the_shape_of_their_system_and_no_better_one(system):
    rng = np.random.default_rng(0)
    for _ in range(50):
        cell = random_crystal(system, rng).cell
        edges, angles = np.sort([cell.a, cell.b, cell.c]), np.array(cell.angles)
        equal = int(np.sum(np.diff(edges) < 1e-9))
        right = int(np.sum(angles == 90))
        if system == "hexagonal":
            assert cell.a == cell.b
            assert cell.angles == (90, 90, 120)
        else:
            assert (equal, right) == EQUAL_AND_RIGHT[system]
        ratios = edges[1:] / edges[:-1]
        assert system == "hexagonal" or np.all((ratios > 1.1) | (ratios < 1 + 1e-9))


def test_wide_imaging_holds_the_usual_one():
    wide = PatternRecipe(ranges=WIDE_PATTERN_RANGES)
    for seed in range(100):
        usual, other = (one.draw(np.random.default_rng(seed)) for one in (PatternRecipe(), wide))
        assert usual.crystal == other.crystal
        for name, one in WIDE_PATTERN_RANGES.items():
            part, _, key = name.partition(".")
            value = getattr(getattr(usual, part), key)
            exposure = 0.3 if (key, usual.kind) == ("exposure", "rings") else 1.0
            assert one.low <= value / exposure <= one.high or (value == 0 and one.chance < 1), name


def test_a_recipe_survives_json():
    recipe = PatternRecipe(
        {"cubic": 1.0, "hexagonal": 2.0}, rings=0.0, ranges={"imaging.counts": Range(5, 9)}
    )
    assert PatternRecipe.from_dict(recipe.to_dict()) == recipe
    assert PatternRecipe.from_dict({}) == PatternRecipe()


@pytest.mark.parametrize(
    "values",
    [
        {"systems": {"icosahedral": 1.0}},
        {"ranges": {"imaging.colour": [0, 1]}},
        {"ranges": {"imaging.counts": [2, 1]}},
        {"elements": ["Xx", "Al", "Si"]},
        {"elements": ["Al"]},
        {"zones": -1.0},
        {"systems": {}},
        {"surprise": 1},
    ],
)
def test_wrong_recipes_are_refused_in_one_line(values):
    with pytest.raises(InputError) as caught:
        PatternRecipe.from_dict(values)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Cell(1, 2, 0),
        lambda: Cell(1, 1, 1, 30, 30, 100),
        lambda: Atom("Xx"),
        lambda: Crystal(Cell(1, 1, 1), (), "cubic"),
        lambda: crystal(Cell(4, 4, 4), "NaCl", ["Na"], "cubic"),
        lambda: crystal(Cell(4, 4, 4), "quartz", ["Si"], "cubic"),
        lambda: random_crystal("icosahedral", np.random.default_rng(0)),
        lambda: Illumination(zone=(0, 0, 0)),
        lambda: Illumination(0),
        lambda: PatternImaging(size=4),
        lambda: PatternImaging(counts=-1),
        lambda: PatternImaging(readout=float("nan")),
        lambda: PatternParameters(IRON, "stripes"),
        lambda: scattering_factor("Xx", np.zeros(1)),
    ],
)
def test_what_cannot_be_is_refused(make):
    with pytest.raises(ValueError, match=r"\w"):
        make()


def test_motifs_hold_their_atoms():
    sizes = {name: len(sites) for name, sites in MOTIFS.items()}
    expected = {
        "primitive": 1,
        "face-centred": 4,
        "diamond": 8,
        "NaCl": 8,
        "rutile": 6,
        "perovskite": 5,
        "hcp": 2,
    }
    assert expected.items() <= sizes.items()


def test_patterns_are_drawn_fast_enough_to_train_on():
    recipe = PatternRecipe()
    recipe.pattern(0, 0)
    began = time.process_time()
    for index in range(50):
        recipe.pattern(0, index)
    assert time.process_time() - began < 50 / 50  # on one busy core; an idle one draws 800 a second
