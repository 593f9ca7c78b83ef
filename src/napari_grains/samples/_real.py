"""Real micrographs, downloaded when they are first opened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from napari_grains.images import CalibratedImage, PixelSize, read_image
from napari_grains.samples._download import RemoteFile, fetch
from napari_grains.samples._layers import LayerData, image_layer

_NIST: Final = "usnistgov/grain-size-analysis-tools"
_NIST_COMMIT: Final = "4d0ce9bc8eb8f74229047a60b26361da004d3cad"
_NIST_LICENCE: Final = (
    "National Institute of Standards and Technology (NIST), github.com/usnistgov/grain-size-analysis-tools; "
    "may be used and copied if NIST is acknowledged and the notice in its README is kept"
)


@dataclass(frozen=True)
class RealMicrograph:
    """A micrograph that others have published.

    Parameters
    ----------
    name : str
        Name of its layer.
    title : str
        What it shows, in one line.
    file : RemoteFile
        Where it is.
    licence : str
        Whose it is and what may be done with it, in one line.
    pixel_size : PixelSize or None
        As its publishers state it beside the file; what the file itself says comes first.
    """

    name: str
    title: str
    file: RemoteFile
    licence: str
    pixel_size: PixelSize | None = None


MICROGRAPHS: Final = {
    "nist_steel": RealMicrograph(
        name="NIST steel",
        title="Etched steel in the light microscope",
        file=RemoteFile(
            _NIST,
            _NIST_COMMIT,
            "ex_segmentation/optical_etched/ref_steel_micrograph/extras/grain_structures_steel.tif",
            "db020902b25812e4270da62042f5d75434132529bd2800e4df70ac0587ec4b7d",
        ),
        licence=_NIST_LICENCE,
        pixel_size=PixelSize(50e-6 / 222, 50e-6 / 222, "readme.md beside the file: 222 pixels are 50 um"),
    ),
    "nist_titanium": RealMicrograph(
        name="NIST Ti-6Al-4V",
        title="Alpha-beta titanium alloy Ti-6Al-4V in the SEM (backscattered electrons)",
        file=RemoteFile(
            _NIST,
            _NIST_COMMIT,
            "ex_segmentation/sem_polished/sem_alpha_beta_ti_6al_4v.tif",
            "713e96343c6e5510e0d21c9b01966abf681e8dfa5608e8d147e675e3a2d4a78f",
        ),
        licence=_NIST_LICENCE,
    ),
}


def nist_steel() -> list[LayerData]:
    """Etched steel in the light microscope, published by NIST.

    Raises
    ------
    InputError
        If it was never downloaded and cannot be now.
    """
    return _opened(MICROGRAPHS["nist_steel"])


def nist_titanium() -> list[LayerData]:
    """Ti-6Al-4V in the SEM, published by NIST.

    Raises
    ------
    InputError
        If it was never downloaded and cannot be now.
    """
    return _opened(MICROGRAPHS["nist_titanium"])


def _opened(micrograph: RealMicrograph) -> list[LayerData]:
    image = read_image(fetch(micrograph.file))
    size = image.pixel_size or micrograph.pixel_size
    return [image_layer(image.pixels, micrograph.name, size, _about(micrograph, image))]


def _about(micrograph: RealMicrograph, image: CalibratedImage) -> dict[str, Any]:
    return {
        "title": micrograph.title,
        "synthetic": False,
        "licence": micrograph.licence,
        "url": micrograph.file.url,
        "sha256": micrograph.file.sha256,
        "file": image.source,
        "notes": list(image.notes),
    }
