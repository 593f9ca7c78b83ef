"""Synthetic samples: what they show is known, said, and the same each time."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from importlib.resources import files

import numpy as np
import pytest
import tifffile

from napari_grains import samples
from napari_grains.grains import measure
from napari_grains.images import read_image
from napari_grains.samples import _specimens
from napari_grains.synthesis import synthesize

SYNTHETIC = {
    "etched_polycrystal": _specimens.POLYCRYSTAL,
    "etched_stainless": _specimens.STAINLESS,
    "bimodal_steel": _specimens.BIMODAL,
    "rolled_sheet": _specimens.ROLLED,
    "six_fields": _specimens.SIX_FIELDS,
    "grooved_ceramic": _specimens.CERAMIC,
    "backscatter_steps": _specimens.BACKSCATTER,
    "bright_field_film": _specimens.BRIGHT_FIELD,
}
POLYCRYSTAL = files("napari_grains") / "samples" / "polycrystal.tif"


@pytest.fixture(scope="module")
def opened():
    """Layers and seconds of processor time of every synthetic sample."""
    made = {}
    for name in SYNTHETIC:
        start = time.process_time()
        made[name] = getattr(samples, name)(), time.process_time() - start
    return made


@pytest.fixture(params=SYNTHETIC)
def name(request):
    return request.param


@pytest.fixture
def layers(opened, name):
    return opened[name][0]


def line_minus_interior(pixels, micrograph):
    """Mean grey level within 1 px of the boundaries, less that deep inside grains, in 0 to 1."""
    near, deep = micrograph.distance < 1, micrograph.distance > 6
    return (pixels[near].mean() - pixels[deep].mean()) / 255


def test_a_sample_is_an_image_and_its_true_grains(layers):
    (pixels, image, kind), (grains, truth, truth_kind) = layers
    assert (kind, truth_kind) == ("image", "labels")
    assert (pixels.dtype, grains.dtype) == (np.uint8, np.int32)
    assert pixels.shape == grains.shape
    assert pixels.max() == 255
    assert pixels.min() == 0
    assert truth["name"] == f"{image['name']} truth grains"
    assert truth["visible"] is False


def test_truth_is_what_the_seed_gives(layers, name):
    specimen, grains = SYNTHETIC[name], layers[1][0]
    if specimen.fields == 1:
        expected = synthesize(specimen.parameters, specimen.shape, specimen.seed).grains
    else:
        generators = [np.random.default_rng([specimen.seed, field]) for field in range(specimen.fields)]
        expected = [synthesize(specimen.parameters, specimen.shape, rng).grains for rng in generators]
    np.testing.assert_array_equal(grains, expected)


def test_every_pixel_belongs_to_a_grain_of_sensible_width(layers):
    for field in layers[1][0].reshape(-1, *layers[1][0].shape[-2:]):
        assert field.min() == 1
        assert np.unique(field).size == field.max()
        diameter = 2 * np.sqrt(field.size / field.max() / np.pi)
        assert 30 <= diameter <= 60


def test_layers_of_a_sample_lie_on_each_other(layers):
    places = [
        {key: properties[key] for key in ("scale", "units", "axis_labels") if key in properties}
        for _, properties, _ in layers
    ]
    assert places[0] == places[1]
    assert all(len(value) == layers[0][0].ndim for value in places[0].values())


def test_pixel_sizes_are_declared_or_absent(layers, name):
    size = SYNTHETIC[name].um_per_pixel
    for _, properties, _ in layers:
        about = properties["metadata"]["sample"]
        if size is None:
            assert "scale" not in properties
            assert "units" not in properties
            assert about["pixel_size_um"] is None
        else:
            assert properties["scale"][-2:] == pytest.approx((size, size))
            assert properties["units"][-2:] == ("um", "um")
            assert about["pixel_size_um"] == pytest.approx([size, size])
            assert about["pixel_size_source"] in (_specimens.DECLARED, "ImageJ TIFF tag")


def test_one_sample_has_no_pixel_size_and_one_is_a_stack():
    assert [n for n, s in SYNTHETIC.items() if s.um_per_pixel is None] == ["backscatter_steps"]
    assert [n for n, s in SYNTHETIC.items() if s.fields > 1] == ["six_fields"]


def test_fields_of_the_stack_are_counted_not_measured(opened):
    pixels, properties, _ = opened["six_fields"][0][0]
    assert len(pixels) == 6
    assert len({field.tobytes() for field in pixels}) == 6
    assert properties["units"][0] == "pixel"
    assert properties["scale"][0] == 1
    assert properties["axis_labels"] == ("field", "y", "x")


def test_metadata_say_that_it_is_synthetic_and_how_it_was_made(layers, name):
    for (_, properties, _), role in zip(layers, ("image", "truth"), strict=True):
        assert list(properties["metadata"]) == ["sample"]  # "napari_grains" would mark a result
        about = json.loads(json.dumps(properties["metadata"]["sample"]))
        assert about["synthetic"] is True
        assert "Synthetic" in about["note"]
        assert about["role"] == role
        assert about["seed"] == SYNTHETIC[name].seed
        assert about["parameters"]["structure"]["grain_diameter"] == (
            SYNTHETIC[name].parameters.structure.grain_diameter
        )
        per_field = layers[1][0].reshape(about["fields"], -1).max(axis=1)
        assert about["grains"] == per_field.sum()


def test_opening_takes_less_than_two_seconds_of_one_core(opened, name):
    assert opened[name][1] < 2


def test_the_polycrystal_is_the_file_of_the_package(opened):
    (pixels, properties, _), _ = opened["etched_polycrystal"][0]
    with POLYCRYSTAL.open("rb") as file:
        np.testing.assert_array_equal(pixels, tifffile.imread(file))
    assert properties["scale"] == pytest.approx((0.5, 0.5))
    assert properties["metadata"]["sample"]["pixel_size_source"] == "ImageJ TIFF tag"


def test_the_polycrystal_and_its_truth_belong_together(opened):
    (pixels, _, _), (grains, _, _) = opened["etched_polycrystal"][0]
    drawn = next(_specimens.POLYCRYSTAL.micrographs())
    # Other processors may round a grey level the other way.
    assert np.mean(pixels != np.rint(drawn.image * 255)) < 1e-3
    truth = json.loads((files("napari_grains") / "samples" / "polycrystal.json").read_text("utf-8"))
    summary = measure(grains, read_image(str(POLYCRYSTAL)).pixel_size).summary
    assert summary["grains"] == truth["grains"]
    assert summary["astm_g_planimetric"] == pytest.approx(truth["astm_g_planimetric"], abs=1e-3)


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("etched_polycrystal", -1, -0.15),
        ("etched_stainless", -1, -0.25),
        ("bimodal_steel", -1, -0.25),
        ("rolled_sheet", -1, -0.25),
        ("grooved_ceramic", 0.15, 1),
        ("backscatter_steps", -0.03, 0.03),
    ],
)
def test_boundaries_are_dark_bright_or_invisible_as_the_name_says(opened, name, low, high):
    drawn = next(SYNTHETIC[name].micrographs())
    assert low < line_minus_interior(opened[name][0][0][0], drawn) < high


def test_rolled_grains_are_long_along_the_rows(opened):
    grains = opened["rolled_sheet"][0][1][0]
    crossings = [np.mean(np.diff(grains, axis=axis) != 0) for axis in (0, 1)]
    assert 2 < crossings[0] / crossings[1] < 4


def test_bimodal_grains_are_coarse_or_fine(opened):
    def weighted_spread(name):
        """Ratio of the mean area of the grain at a random point to the mean area of a grain."""
        areas = np.bincount(opened[name][0][1][0].ravel())[1:]
        return (areas**2).sum() / areas.sum() / areas.mean()

    assert weighted_spread("bimodal_steel") > 1.5 * weighted_spread("etched_polycrystal")


def test_other_names_are_refused():
    with pytest.raises(AttributeError, match="no_such_sample"):
        _ = samples.no_such_sample


def in_a_new_process(code):
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return run.stdout.split()


def test_importing_the_package_loads_nothing_else():
    code = "import sys, napari_grains.samples; print(*{name.partition('.')[0] for name in sys.modules})"
    assert not set(in_a_new_process(code)) & {
        "numpy",
        "scipy",
        "pooch",
        "requests",
        "torch",
        "napari",
        "qtpy",
    }


def test_opening_loads_neither_torch_nor_a_viewer_nor_the_network():
    code = (
        "import sys; from napari_grains.samples import backscatter_steps; backscatter_steps(); "
        "print(*{name.partition('.')[0] for name in sys.modules})"
    )
    assert not set(in_a_new_process(code)) & {"torch", "napari", "qtpy", "pooch", "requests"}
