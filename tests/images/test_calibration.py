"""Pixel size and info bar from the tags and sidecars of microscopes, in files built by their formats."""

from __future__ import annotations

import logging

import numpy as np
import pytest
import tifffile
from PIL import Image

from napari_grains.errors import InputError
from napari_grains.images import Box, FileCalibration, PixelSize, read_calibration, read_image, read_labels

SHAPE = (48, 64)
FEI, FEI_OLD, ZEISS, PHENOM, TESCAN = 34682, 34680, 34118, 34683, 50431


@pytest.fixture
def save(tmp_path, rng):
    """Save a TIFF of 64 x 48 px with a private tag and, as these programs do, a screen's resolution."""

    def write(
        tag: int | None = None, value: bytes | str = b"", *, name: str = "a.tif", shape=SHAPE, **options
    ):
        text = isinstance(value, str)
        data = value.encode("latin-1") + b"\0" if text else value
        extra = [] if tag is None else [(tag, 2 if text else 1, len(data), data, True)]
        options = {"resolution": (96, 96), "resolutionunit": "INCH", "metadata": None} | options
        path = tmp_path / name
        tifffile.imwrite(path, rng.integers(0, 255, shape, np.uint8), extratags=extra, **options)
        return path

    return write


def fei(scan="PixelWidth=2.5e-009\r\nPixelHeight=2.5e-009\r\nHorFieldsize=1.6e-007", image=(64, 42), more=""):
    return (
        "[System]\r\nSystemType=Quanta 3D\r\n\r\n[Beam]\r\nBeam=EBeam\r\nScan=EScan\r\n\r\n[EBeam]\r\n"
        f"HFW=1.6e-007\r\n\r\n[Scan]\r\n{scan}\r\n\r\n[Image]\r\nResolutionX={image[0]}\r\nResolutionY={image[1]}\r\n{more}\r\n"
        "[PrivateFei]\r\nDatabarHeight=6\r\n"
    )


def nm(found: FileCalibration) -> float | None:
    return None if found.pixel_size is None else found.pixel_size.um * 1e3


@pytest.mark.parametrize("tag", [FEI, FEI_OLD])
def test_fei(save, tag):
    path = save(tag, fei())
    found = read_calibration(path)
    assert nm(found) == pytest.approx(2.5, rel=1e-9)
    assert found.pixel_size.source == found.info_bar.source == "FEI tag"
    assert found.info_bar.box == Box(42, 48, 0, 64)
    assert (found.shape, found.instrument, found.notes) == (SHAPE, "Quanta 3D", ())
    image = read_image(path)
    assert (image.pixel_size, image.info_bar) == (found.pixel_size, found.info_bar)
    assert read_labels(path)[1] == found.pixel_size


def test_fei_without_a_pixel_width_takes_the_field_width(save):
    assert nm(read_calibration(save(FEI, fei("HorFieldsize=1.6e-007")))) == pytest.approx(2.5)
    assert nm(read_calibration(save(FEI, fei("Dwelltime=1e-5")))) == pytest.approx(2.5)  # of the beam


def test_fei_pixels_need_not_be_square(save):
    found = read_calibration(save(FEI, fei("PixelWidth=2e-9\r\nPixelHeight=3e-9\r\nHorFieldsize=1.28e-7")))
    assert (found.pixel_size.y, found.pixel_size.x) == pytest.approx((3e-9, 2e-9))


@pytest.mark.parametrize(
    ("text", "note"),
    [
        (fei("PixelWidth=2.5e-9\r\nPixelHeight=2.5e-9\r\nHorFieldsize=3.2e-7"), "neither is used"),
        (fei(image=(128, 84)), "128 px wide, this one has 64"),
        (fei(more="ZoomFactor=2\r\n"), "digital zoom"),
        (fei("PixelWidth=0\r\nPixelHeight=0", image=(64, 42)).replace("HFW=1.6e-007", ""), "cannot be"),
        (fei("PixelWidth=2.5\r\nPixelHeight=2.5\r\nHorFieldsize=160"), "cannot be"),
    ],
)
def test_fei_contradictions_and_nonsense_give_no_size(save, text, note):
    path = save(FEI, text)
    found = read_calibration(path)
    assert found.pixel_size is None
    assert len(found.notes) == 1
    assert note in found.notes[0]
    assert found.notes[0] in read_image(path).notes


@pytest.mark.parametrize(("image", "rows"), [((64, 48), None), ((64, 42), (42, 48)), ((64, 20), None)])
def test_fei_info_bar_is_what_is_below_the_scanned_rows(save, image, rows):
    bar = read_calibration(save(FEI, fei(image=image))).info_bar
    assert (None if bar is None else (bar.box.top, bar.box.bottom)) == rows


def zeiss(size="Image Pixel Size = 2.615 nm", width="Width = 167.4 nm", store="Store resolution = 64 * 48"):
    lines = ["0", "1.5"] * 4
    for key, line in (("AP_IMAGE_PIXEL_SIZE", size), ("AP_WIDTH", width), ("DP_IMAGE_STORE", store)):
        lines += [key, line] if line else []
    return "\r\n".join([*lines, "DP_SEM", "Sem = SUPRA 55", ""])


@pytest.mark.parametrize(
    ("size", "width", "expected"),
    [
        ("Image Pixel Size = 2.615 nm", "Width = 167.4 nm", 2.615),
        ("Image Pixel Size = 0.5 µm", "Width = 32 µm", 500),
        ("Image Pixel Size = 55.8 pm", "", 0.0558),
    ],
)
def test_zeiss(save, size, width, expected):
    found = read_calibration(save(ZEISS, zeiss(size, width)))
    assert nm(found) == pytest.approx(expected)
    assert (found.pixel_size.source, found.instrument, found.notes) == ("Zeiss tag", "SUPRA 55", ())


def test_zeiss_old_files_state_the_pixel_of_the_display(save):
    """1024 columns on the display, 64 in the file."""
    text = zeiss("", "").replace("DP_SEM", "AP_PIXEL_SIZE\r\nPixel Size = 2 nm\r\nDP_SEM")
    assert nm(read_calibration(save(ZEISS, text))) == pytest.approx(32)


@pytest.mark.parametrize(
    ("text", "note"),
    [
        (zeiss(store="Store resolution = 1024 * 768"), "1024 px wide, this one has 64"),
        (zeiss(width="Width = 2.677 mm"), "neither is used"),
        (zeiss(size="Image Pixel Size = 7.0 fm", width=""), None),
    ],
)
def test_zeiss_contradictions_give_no_size(save, text, note):
    found = read_calibration(save(ZEISS, text))
    assert found.pixel_size is None
    assert note is None or note in found.notes[0]


TESCAN_TEXT = (
    b"\0\x01\xff\x02binary\0\nDevice=MIRA3 LMH\nImageStripSize=6\nPixelSizeX=2.5e-008\nPixelSizeY=2.5e-008\n"
)


def test_tescan(save):
    found = read_calibration(save(TESCAN, TESCAN_TEXT))
    assert nm(found) == pytest.approx(25)
    assert found.pixel_size.source == "TESCAN tag"
    assert found.info_bar.box == Box(42, 48, 0, 64)
    assert found.instrument == "MIRA3 LMH"


@pytest.mark.parametrize("sidecar", ["a-tif.hdr", "a.hdr", "a.HDR"])
def test_tescan_sidecar(save, tmp_path, sidecar):
    path = save()
    text = "[MAIN]\r\nDevice=VEGA3\r\nPixelSizeX=1e-7\r\nPixelSizeY=2e-7\r\nImageStripSize=0\r\n\r\n[SEM]\r\n"
    (tmp_path / sidecar).write_text(text)
    found = read_calibration(path)
    assert (found.pixel_size.y, found.pixel_size.x) == pytest.approx((2e-7, 1e-7))
    assert (found.pixel_size.source, found.info_bar, found.instrument) == ("TESCAN sidecar", None, "VEGA3")


def test_phenom(save):
    xml = (
        '<?xml version="1.0"?><FeiImage><pixelWidth unit="um">0.05</pixelWidth><pixelHeight unit="um">0.05'
        "</pixelHeight><databarHeight>6</databarHeight><cropHint><left>0</left></cropHint></FeiImage>"
    )
    found = read_calibration(save(PHENOM, xml))
    assert nm(found) == pytest.approx(50)
    assert (found.info_bar.box, found.info_bar.source) == (Box(42, 48, 0, 64), "Phenom tag")


@pytest.mark.parametrize("unit", ["", "furlong"])
def test_phenom_without_a_known_unit_gives_no_size(save, unit):
    xml = f'<FeiImage><pixelWidth unit="{unit}">0.05</pixelWidth><databarHeight>0</databarHeight></FeiImage>'
    found = read_calibration(save(PHENOM, xml))
    assert (found.pixel_size, found.info_bar) == (None, None)
    assert "no known unit" in found.notes[0]


HITACHI = (
    "[SemImageFile]\r\nInstructName=SU8230\r\nImageName=a.tif\r\nDataSize=64x48\r\nPixelSize=9.921875\r\n"
    "Magnification=10000\r\n"
)


@pytest.mark.parametrize("encoding", ["ascii", "utf-16", "utf-8-sig"])
def test_hitachi_sidecar(save, tmp_path, encoding):
    path = save()
    (tmp_path / "a.txt").write_bytes(HITACHI.encode(encoding))
    found = read_calibration(path)
    assert nm(found) == pytest.approx(9.921875)
    assert (found.pixel_size.source, found.instrument, found.info_bar) == ("Hitachi sidecar", "SU8230", None)
    assert nm(FileCalibration(read_image(path).pixel_size)) == pytest.approx(9.921875)


def test_hitachi_bar_below_the_scanned_rows(save, tmp_path):
    path = save()
    (tmp_path / "a.txt").write_text(HITACHI.replace("64x48", "64x40"))
    assert read_calibration(path).info_bar.box == Box(40, 48, 0, 64)


JEOL = (
    "$CM_FORMAT JEOL/SEM\n$CM_INSTRUMENT JSM-7800F\n$CM_MAG 5000\n$CM_FULL_SIZE 64 42\n$$SM_MICRON_BAR 20\n"
    "$$SM_MICRON_MARKER 5um\n"
)


@pytest.mark.parametrize(("marker", "expected"), [("5um", 250), ("100nm", 5), ("1mm", 5e4), ("5µm", 250)])
def test_jeol_sidecar(save, tmp_path, marker, expected):
    path = save()
    (tmp_path / "a.txt").write_bytes(JEOL.replace("5um", marker).encode("latin-1"))
    found = read_calibration(path)
    assert nm(found) == pytest.approx(expected)
    assert (found.info_bar.box, found.info_bar.source) == (Box(42, 48, 0, 64), "JEOL sidecar")
    assert found.instrument == "JSM-7800F"


@pytest.mark.parametrize("suffix", ["png", "jpg", "bmp"])
def test_sidecars_serve_pictures_too(tmp_path, rng, suffix):
    path = tmp_path / f"a.{suffix}"
    Image.fromarray(rng.integers(0, 255, SHAPE, np.uint8)).save(path)
    (tmp_path / "a.txt").write_text(JEOL)
    assert nm(read_calibration(path)) == pytest.approx(250)
    assert nm(FileCalibration(read_image(path).pixel_size)) == pytest.approx(250)
    assert read_image(path).info_bar.box.top == 42


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (JEOL.replace("64 42", "1280 960"), "1280 x 960 px"),
        (JEOL.replace("64 42", "64 60"), "64 x 60 px"),
        (JEOL.replace("64 42", "64 20"), "64 x 20 px"),
        (HITACHI.replace("64x48", "1280x960"), "1280 x 960 px"),
        (HITACHI.replace("DataSize=64x48\r\n", "").replace("a.tif", "b.tif"), "b"),
    ],
)
def test_a_sidecar_of_another_image_is_not_taken(save, tmp_path, text, what):
    path = save()
    (tmp_path / "a.txt").write_text(text)
    found = read_calibration(path)
    assert (found.pixel_size, found.info_bar) == (None, None)
    assert found.notes == (f"a.txt describes another image ({what}): not used.",)


@pytest.mark.parametrize("name", ["b.txt", "a1.txt", "A-tif.hdr.txt", "b-tif.hdr", "a-png.hdr"])
def test_a_sidecar_of_another_stem_is_not_read(save, tmp_path, name):
    path = save()
    (tmp_path / name).write_text(
        JEOL if name.endswith("txt") else "[MAIN]\nPixelSizeX=1e-7\nPixelSizeY=1e-7\n"
    )
    assert read_calibration(path) == FileCalibration(shape=SHAPE)


@pytest.mark.parametrize(
    "text", ["", "notes of a user: pixel size 5 nm", "PixelSize=5\n", "$$SM_MICRON_BAR 5\n"]
)
def test_other_text_files_are_left_alone(save, tmp_path, text):
    path = save()
    (tmp_path / "a.txt").write_text(text)
    assert read_calibration(path) == FileCalibration(shape=SHAPE)


@pytest.mark.parametrize("marker", ["$$SM_MICRON_BAR 0\n", "$$SM_MICRON_BAR 20\n$$SM_MICRON_MARKER 9m\n"])
def test_jeol_nonsense_gives_no_size(save, tmp_path, marker):
    path = save()
    (tmp_path / "a.txt").write_text(f"$CM_FULL_SIZE 64 48\n{marker}")
    assert read_calibration(path).pixel_size is None


def jeol_tem(mode="eosTEM", unit="X", width=64):
    return (
        f"<TemReporter><Instruments>JEM-ARM200F</Instruments><Eos><EosMode>{mode}</EosMode></Eos>"
        f"<ImageFormingSystem><SelectorValue>50000</SelectorValue><SelectorUnitString>{unit}</SelectorUnitString>"
        "</ImageFormingSystem><Measurement><MeasurementFormat><DrawImageInformation>"
        f"<ImageSize><Width>{width}</Width></ImageSize><PixelsPerMeter><Horizontal>4000</Horizontal><Vertical>4000</Vertical></PixelsPerMeter>"
        "</DrawImageInformation><InstrumentsParameter><Measurement_UnitType>UnitType_Length</Measurement_UnitType>"
        "</InstrumentsParameter></MeasurementFormat></Measurement></TemReporter>"
    )


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        (jeol_tem(), 5.0),
        (jeol_tem(mode="modeASID"), None),
        (jeol_tem(unit="cm"), None),
        (jeol_tem(width=2048), None),
        ("<TemReporter><Eos>", None),
    ],
)
def test_jeol_tem_camera(save, description, expected):
    found = read_calibration(save(description=description))
    assert nm(found) == (None if expected is None else pytest.approx(expected))


def test_agreeing_sources_are_one_and_others_none(save, tmp_path):
    path = save(TESCAN, TESCAN_TEXT)
    (tmp_path / "a-tif.hdr").write_text("PixelSizeX=2.51e-8\nPixelSizeY=2.51e-8\n")
    assert read_calibration(path).pixel_size == PixelSize(2.5e-8, 2.5e-8, "TESCAN tag")
    (tmp_path / "a-tif.hdr").write_text("PixelSizeX=5e-8\nPixelSizeY=5e-8\n")
    found = read_calibration(path)
    assert found.pixel_size is None
    [note] = found.notes
    assert note == (
        "The file gives a pixel of 25 nm (TESCAN tag) but 50 nm (TESCAN sidecar): neither is used; "
        "type the pixel size."
    )


def test_an_edited_file_that_contradicts_its_old_tags_has_no_size(save):
    description = "ImageJ=1.54f\nunit=nm\n"
    path = save(FEI, fei(), description=description, resolution=(0.2, 0.2), resolutionunit="NONE")
    assert read_calibration(path).pixel_size is None
    path = save(FEI, fei(), description=description, resolution=(0.4, 0.4), resolutionunit="NONE")
    assert nm(read_calibration(path)) == pytest.approx(2.5)


def test_a_bare_resolution_is_no_pixel_size(save):
    assert read_calibration(save()) == FileCalibration(shape=SHAPE)
    assert read_calibration(save(resolution=(1e4, 1e4), resolutionunit="CENTIMETER")).pixel_size is None


@pytest.mark.parametrize("tag", [FEI, ZEISS, PHENOM, TESCAN])
@pytest.mark.parametrize(
    "value", [b"\xff\xfe\0\1", b"pixelWidth<", b"[Scan]\nPixelWidth=nan\n", b"PixelSizeX=x\n"]
)
def test_damaged_tags_do_not_keep_the_image_from_being_read(save, tag, value, caplog):
    caplog.set_level(logging.CRITICAL, "tifffile")
    path = save(tag, value)
    assert read_image(path).pixel_size is None
    assert read_calibration(path).pixel_size is None


def test_no_pixels_are_decoded(save, monkeypatch):
    path = save(FEI, fei())
    monkeypatch.setattr(tifffile.TiffPageSeries, "asarray", lambda *_, **__: pytest.fail("decoded"))
    assert nm(read_calibration(path)) == pytest.approx(2.5)


def test_what_read_image_refuses_is_refused(tmp_path):
    (tmp_path / "no.tif").write_bytes(b"II*\0 not a TIFF at all")
    (tmp_path / "no.png").write_bytes(b"no picture")
    for name in ("no.tif", "no.png", "missing.tif", "a.dm4", "."):
        with pytest.raises(InputError):
            read_calibration(tmp_path / name)
