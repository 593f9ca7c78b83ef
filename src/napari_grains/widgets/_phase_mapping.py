"""Finds the phases of images, one image after the other, and shows them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from napari.layers import Image

from napari_grains.widgets._calibration import pixel_size_of
from napari_grains.widgets._job_run import Arguments
from napari_grains.widgets._source import Source


@dataclass(frozen=True, eq=False)
class PhaseMapping:
    """How the phases of an image are to be found.

    Parameters
    ----------
    image : Image
    channels : sequence of Image
        Seen together with it.
    model : str
        Name or file of the network.
    scale : float or None
        Network px per image px; None: as the network was trained.
    leave_out : list of [top, bottom, left, right]
        What of the image is no specimen, in px.
    unknown : bool
        Whether what looks like nothing that was painted gets no phase.
    """

    image: Image
    channels: Sequence[Image]
    model: str
    scale: float | None
    leave_out: Sequence[Sequence[int]]
    unknown: bool = False

    @property
    def images(self) -> list[Image]:
        """All images that are read."""
        return [self.image, *self.channels]

    def arguments(self) -> Callable[[], Arguments]:
        """Return what reads the arguments of the job "map_phases"."""
        size, sources = pixel_size_of(self.image), [Source(one) for one in self.images]
        fixed: Mapping[str, Any] = {
            "name": self.image.name,
            "model": self.model,
            "unknown": self.unknown,
            "scale": self.scale,
            "pixel_size_m": None if size is None else [size.y, size.x],
            "rgb": bool(self.image.rgb),
            "leave_out": [list(box) for box in self.leave_out],
        }

        def read() -> Arguments:
            first, *others = (source.read() for source in sources)
            return {"image": first, "channels": others, **fixed}

        return read
