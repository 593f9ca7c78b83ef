"""Samples that are made when they are opened, so that every grain in them is known."""

from __future__ import annotations

from dataclasses import asdict
from importlib.resources import as_file, files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_grains.images import PixelSize, read_image
from napari_grains.samples import _specimens
from napari_grains.samples._layers import LayerData, image_layer, truth_layer
from napari_grains.samples._specimens import Specimen


def etched_polycrystal() -> list[LayerData]:
    """Etched steel: the file that comes with the package, calibrated, with its true grains."""
    with as_file(files("napari_grains") / "samples" / "polycrystal.tif") as path:
        image = read_image(path)
    _, grains = _drawn(_specimens.POLYCRYSTAL)
    return _layers(_specimens.POLYCRYSTAL, image.pixels.astype(np.uint8), grains, image.pixel_size)


def etched_stainless() -> list[LayerData]:
    """Stainless steel: strong dark lines, grey grains, slip lines, etch pits, uneven light."""
    return _made(_specimens.STAINLESS)


def grooved_ceramic() -> list[LayerData]:
    """Thermally etched ceramic in the SEM: bright grooves."""
    return _made(_specimens.CERAMIC)


def backscatter_steps() -> list[LayerData]:
    """Polished metal in the SEM: orientation contrast and no lines. Not calibrated."""
    return _made(_specimens.BACKSCATTER)


def bright_field_film() -> list[LayerData]:
    """Nanocrystalline film in the TEM, bright field."""
    return _made(_specimens.BRIGHT_FIELD)


def bimodal_steel() -> list[LayerData]:
    """Etched steel with coarse and fine grains."""
    return _made(_specimens.BIMODAL)


def rolled_sheet() -> list[LayerData]:
    """Etched sheet with elongated grains."""
    return _made(_specimens.ROLLED)


def six_fields() -> list[LayerData]:
    """Six fields of one steel as a stack (field, Y, X)."""
    return _made(_specimens.SIX_FIELDS)


def _made(specimen: Specimen) -> list[LayerData]:
    return _layers(specimen, *_drawn(specimen), specimen.pixel_size)


def _drawn(specimen: Specimen) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
    """Grey levels 0 to 255 and grains, (Y, X) or (field, Y, X)."""
    fields = list(specimen.micrographs())
    pixels = np.stack([np.rint(field.image * 255).astype(np.uint8) for field in fields])
    grains = np.stack([field.grains for field in fields])
    return (pixels[0], grains[0]) if specimen.fields == 1 else (pixels, grains)


def _layers(
    specimen: Specimen, pixels: NDArray[np.uint8], grains: NDArray[np.int32], size: PixelSize | None
) -> list[LayerData]:
    about = _about(specimen, grains)
    return [
        image_layer(pixels, specimen.name, size, about),
        truth_layer(grains, specimen.name, size, about),
    ]


def _about(specimen: Specimen, grains: NDArray[np.int32]) -> dict[str, Any]:
    return {
        "title": specimen.title,
        "synthetic": True,
        "note": "Synthetic: drawn by napari_grains.synthesis, recorded by no microscope.",
        "seed": specimen.seed,
        "fields": specimen.fields,
        "shape": list(specimen.shape),
        "parameters": asdict(specimen.parameters),
        "grains": int(grains.reshape(specimen.fields, -1).max(axis=1).sum()),
        "licence": "BSD-3-Clause",
    }
