"""What an image's file and pixels say about its calibration, looked up in a thread and remembered."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

from napari.layers import Image
from qtpy.QtCore import QObject, Signal
from superqt.utils import create_worker

from napari_grains import images
from napari_grains.errors import InputError
from napari_grains.widgets._source import Array, Source

if TYPE_CHECKING:
    from napari_grains.images import FileCalibration, InfoBar, PixelSize, ScaleBar

_log: Final = logging.getLogger(__name__)


@dataclass(frozen=True)
class Findings:
    """What was found.

    Parameters
    ----------
    pixel_size : PixelSize or None
        From the file's tags.
    info_bar : InfoBar or None
        From the tags, else from flat rows.
    scale_bar : ScaleBar or None
        Burned into the image or into its info bar.
    notes : tuple of str
        What the user should know.
    """

    pixel_size: PixelSize | None = None
    info_bar: InfoBar | None = None
    scale_bar: ScaleBar | None = None
    notes: tuple[str, ...] = ()


class Inspector(QObject):
    """Looks at images, one thread each; what was found is kept as long as the layer lives.

    Attributes
    ----------
    found : Signal(Image, Findings)
        Comes on the GUI thread.
    """

    found = Signal(object, object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._known: WeakKeyDictionary[Image, Findings | None] = WeakKeyDictionary()

    def look_at(self, layer: Image) -> Findings | None:
        """Return what is known of a layer; if nothing is, look and tell by `found`."""
        if layer not in self._known:
            self._known[layer] = None
            source = Source(layer)
            if source.problem() is None:
                worker = create_worker(_inspect, source, _start_thread=False)
                worker.returned.connect(self._keep)  # a bound method: forgotten with the inspector
                worker.start()
        return self._known[layer]

    def _keep(self, seen: tuple[Image, Findings]) -> None:
        layer, findings = seen
        self._known[layer] = findings
        self.found.emit(layer, findings)


def _inspect(source: Source) -> tuple[Image, Findings]:
    """From a thread an exception would end as a pop-up; an image without findings is no harm."""
    try:
        file = _read_file(source)
        pixels = source.read(source.slices // 2)
    except Exception:  # noqa: BLE001 - whatever a lazy array or a damaged file raises
        _log.info("the image could not be looked at", exc_info=True)
        return source.layer, Findings()
    return source.layer, _findings(file, pixels)


def _read_file(source: Source) -> FileCalibration | None:
    """Read the tags of the file that a layer came from, unless the layer is a part or another size."""
    path = source.layer.source.path
    if path is None:
        return None
    try:
        file = images.read_calibration(path)
    except InputError:
        return None  # another reader may open what this package does not
    return file if file.shape is None or tuple(file.shape[-2:]) == source.plane else None


def _findings(file: FileCalibration | None, pixels: Array) -> Findings:
    info_bar = (file.info_bar if file is not None else None) or images.find_info_bar(pixels)
    scale_bar = images.find_scale_bar(pixels, info_bar)
    if file is None:
        return Findings(None, info_bar, scale_bar)
    return Findings(file.pixel_size, info_bar, scale_bar, tuple(file.notes))


def as_text(findings: Findings, size: PixelSize | None) -> str:
    """Say in a line where the pixel size is from, or what could be done."""
    if size is not None:
        return f"{size} per pixel ({size.source})" if size.source else f"{size} per pixel"
    if findings.scale_bar is not None:
        return "Not calibrated: measure the scale bar"
    return "Not calibrated: results in px"
