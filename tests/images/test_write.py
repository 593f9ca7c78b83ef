from __future__ import annotations

import errno
import multiprocessing
import os
import signal
import stat

import numpy as np
import pytest
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st

from napari_grains.errors import InputError
from napari_grains.images import PixelSize, read_image, read_labels, read_provenance, write_tiff
from napari_grains.images import _write as module


@pytest.mark.parametrize("dtype", ["u1", "i1", "u2", "i2", "u4", "i4", "f4", "f8", ">f4", ">i4"])
@pytest.mark.parametrize("shape", [(1, 1), (20, 30), (3, 20, 30), (1, 20, 30), (5, 3, 4)])
def test_every_bit_survives(tmp_path, rng, dtype, shape):
    kind = np.dtype(dtype)
    values = np.frombuffer(rng.bytes(int(np.prod(shape)) * kind.itemsize), kind).reshape(shape)
    write_tiff(tmp_path / "a.tif", values, None)
    with tifffile.TiffFile(tmp_path / "a.tif") as tif:
        stored = tif.asarray()
        assert tif.pages.first.compression == tifffile.COMPRESSION.ADOBE_DEFLATE
        assert tif.series[0].axes == "ZYX"[-stored.ndim :]
    assert stored.dtype == kind.newbyteorder("=")
    assert stored.tobytes() == values.astype(kind.newbyteorder("=")).tobytes()


@pytest.mark.parametrize(
    ("given_dtype", "stored"),
    [("bool", "uint8"), ("float16", "float32"), ("int64", "int32"), ("uint64", "int32")],
)
def test_other_numbers_are_stored_without_loss(tmp_path, rng, given_dtype, stored):
    values = rng.integers(0, 2, (20, 30)).astype(given_dtype)
    write_tiff(tmp_path / "a.tif", values, None)
    read = tifffile.imread(tmp_path / "a.tif")
    assert read.dtype == stored
    np.testing.assert_array_equal(read, values)


@pytest.mark.parametrize(
    "array",
    [
        np.zeros(5),
        np.zeros((2, 2, 5, 5)),
        np.zeros((0, 5)),
        np.zeros((5, 5), complex),
        np.full((5, 5), 2**40),
    ],
)
def test_what_cannot_be_stored_is_a_defect(tmp_path, array):
    with pytest.raises(ValueError, match=r"neither|cannot be stored"):
        write_tiff(tmp_path / "a.tif", array, None)
    assert list(tmp_path.iterdir()) == []


def test_a_strided_view_is_written_as_it_looks(tmp_path, rng):
    values = rng.random((40, 60), np.float32)[::2, ::-3].T
    write_tiff(tmp_path / "a.tif", values, None)
    np.testing.assert_array_equal(tifffile.imread(tmp_path / "a.tif"), values)


@given(st.floats(1e-11, 1e-3), st.floats(1e-11, 1e-3))
@settings(deadline=None, max_examples=60)
def test_calibration_reads_back(tmp_path_factory, y, x):
    path = tmp_path_factory.mktemp("calibration") / "a.tif"
    write_tiff(path, np.eye(20, dtype=np.float32), PixelSize(y, x))
    size = read_image(path).pixel_size
    assert (size.y, size.x) == pytest.approx((y, x), rel=1e-9)
    assert size.source == "OME-XML"


@pytest.mark.parametrize(("y", "x"), [(0.5e-6, 0.44e-6), (1e-6 / 3, 1e-11), (1e-3, 1e-3)])
def test_calibration_for_programs_that_know_no_ome(tmp_path, y, x):
    write_tiff(tmp_path / "a.tif", np.eye(20, dtype=np.int32), PixelSize(y, x))
    with tifffile.TiffFile(tmp_path / "a.tif") as tif:
        tags = tif.pages.first.tags
        per_cm = [tags[name].value[0] / tags[name].value[1] for name in ("XResolution", "YResolution")]
        assert tags["ResolutionUnit"].value == 3  # centimetre
    assert per_cm == pytest.approx([1e-2 / x, 1e-2 / y], rel=1e-9)


def test_calibration_that_the_tags_cannot_hold_stands_in_the_ome_xml(tmp_path):
    write_tiff(tmp_path / "a.tif", np.eye(20, dtype=np.int32), PixelSize(1e-15, 1e-15))
    with tifffile.TiffFile(tmp_path / "a.tif") as tif:
        assert 'PhysicalSizeX="1e-09"' in tif.ome_metadata


def test_results_read_back_by_the_readers(tmp_path, rng):
    boundary, grains = rng.random((3, 20, 30), np.float32), rng.integers(0, 2**31, (20, 30), np.int32)
    write_tiff(tmp_path / "b.tif", boundary, PixelSize.parse("12.5 nm"))
    write_tiff(tmp_path / "g.tif", grains, None)
    image, (labels, size) = read_image(tmp_path / "b.tif"), read_labels(tmp_path / "g.tif")
    np.testing.assert_array_equal(image.pixels, boundary)
    assert image.pixel_size.um == pytest.approx(0.0125)
    np.testing.assert_array_equal(labels, grains)
    assert size is None


NUMBERS = st.integers(-(2**60), 2**60) | st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), JSON, max_size=4))
@settings(deadline=None, max_examples=60)
def test_provenance_reads_back(tmp_path_factory, provenance):
    path = tmp_path_factory.mktemp("provenance") / "a.tif"
    write_tiff(path, np.eye(4, dtype=np.float32), PixelSize(1e-6, 1e-6), description=provenance)
    assert read_provenance(path) == provenance


def test_provenance_that_is_not_there(tmp_path):
    write_tiff(tmp_path / "none.tif", np.eye(4, dtype=np.float32), None)
    tifffile.imwrite(tmp_path / "plain.tif", np.eye(4))
    tifffile.imwrite(tmp_path / "ome.tif", np.eye(4), ome=True, metadata={"Description": '["napari-grains"]'})
    for name in ("none.tif", "plain.tif", "ome.tif"):
        assert read_provenance(tmp_path / name) == {}
    (tmp_path / "text.tif").write_text("text")
    for name in ("text.tif", "missing.tif", "."):
        with pytest.raises(InputError):
            read_provenance(tmp_path / name)


def test_description_that_is_no_json_is_a_defect(tmp_path):
    with pytest.raises(ValueError, match="JSON"):
        write_tiff(tmp_path / "a.tif", np.eye(4, dtype=np.float32), None, description={"a": float("nan")})
    with pytest.raises(TypeError):
        write_tiff(tmp_path / "a.tif", np.eye(4, dtype=np.float32), None, description={"a": object()})


def test_files_have_the_usual_permissions(tmp_path):
    (tmp_path / "usual").write_bytes(b"")
    write_tiff(tmp_path / "a.tif", np.eye(4, dtype=np.float32), None)
    assert stat.S_IMODE((tmp_path / "a.tif").stat().st_mode) == stat.S_IMODE(
        (tmp_path / "usual").stat().st_mode
    )


def old_file(folder):
    path = folder / "a.tif"
    write_tiff(path, np.eye(4, dtype=np.float32), None, description={"run": 1})
    return path, path.read_bytes()


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES, errno.EIO])
def test_full_disk_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch, code):
    path, content = old_file(tmp_path)

    def fail(*args):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(
        InputError, match=f"cannot be written .{os.strerror(code)}.: choose another folder"
    ) as caught:
        write_tiff(path, np.ones((50, 50), np.float32), None)
    assert "\n" not in str(caught.value)
    assert path.read_bytes() == content
    assert list(tmp_path.iterdir()) == [path]


def test_places_that_cannot_be_written(tmp_path):
    (tmp_path / "folder.tif").mkdir()
    for path in (tmp_path / "folder.tif", tmp_path / "missing" / "a.tif", tmp_path / ("n" * 300 + ".tif")):
        with pytest.raises(InputError, match="cannot be written"):
            write_tiff(path, np.eye(4, dtype=np.float32), None)
    assert [entry.name for entry in tmp_path.iterdir()] == ["folder.tif"]


def die_before_the_end(path):
    def die(descriptor):
        os.kill(os.getpid(), signal.SIGKILL)

    module.os.fsync = die
    write_tiff(path, np.ones((500, 500), np.float32), None, description={"run": 2})


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL on this system")
def test_killed_in_the_middle_leaves_the_old_file(tmp_path):
    path, content = old_file(tmp_path)
    process = multiprocessing.get_context("spawn").Process(target=die_before_the_end, args=(path,))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    assert path.read_bytes() == content
    assert read_provenance(path) == {"run": 1}
    assert [entry.suffix for entry in tmp_path.iterdir() if entry != path] == [".part"]  # what it was writing


def test_the_same_content_gives_the_same_bytes(tmp_path):
    array = np.arange(600, dtype=np.int32).reshape(20, 30)
    for name, change in (("one", 0), ("two", 0), ("three", 1)):
        write_tiff(tmp_path / f"{name}.tif", array + change, PixelSize(1e-6, 1e-6), description={"seed": 3})
    one, two, three = ((tmp_path / f"{name}.tif").read_bytes() for name in ("one", "two", "three"))
    assert one == two != three
