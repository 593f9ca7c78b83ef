"""What is told of a segmentation beside its numbers: where it comes from, and how long it took."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from napari_grains import __version__
from napari_grains.grains import Measurement
from napari_grains.images import CalibratedImage

from ._guide import AUTO, BY_HAND
from ._predictor import Predictor
from ._settings import SegmentationSettings, View


@dataclass
class Stopwatch:
    """Seconds spent on each part of the work."""

    seconds: dict[str, float] = field(default_factory=dict)
    began: float = field(default_factory=time.perf_counter)

    @contextmanager
    def __call__(self, part: str) -> Iterator[None]:
        """Add the time of a ``with`` block to a part."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[part] = self.seconds.get(part, 0.0) + time.perf_counter() - start

    def report(self) -> dict[str, float]:
        """Seconds by part, and "total" since the beginning."""
        total = {"total": time.perf_counter() - self.began}
        return {part: round(seconds, 3) for part, seconds in (self.seconds | total).items()}


def summary(measurement: Measurement, image: CalibratedImage, view: View) -> dict[str, Any]:
    """JSON-able: the numbers, and what they were measured on."""
    size = image.pixel_size
    return dict(measurement.summary) | {
        "source": image.source,
        "shape": list(image.shape),
        "pixel_size_um": None if size is None else [size.y_um, size.x_um],
        "pixel_size_source": None if size is None else size.source,
        "region": _region(view, image),
        "warnings": list(measurement.warnings),
        "notes": list(image.notes),
    }


def provenance(settings: SegmentationSettings, scale: float, predictor: Predictor) -> dict[str, Any]:
    """JSON-able: how it was made."""
    return {
        "scale": scale,
        "scale_chosen": AUTO if settings.scale is None and settings.grain_diameter is None else BY_HAND,
        "method": settings.method,
        "merge": settings.merge,
        "relative_merge": settings.relative_merge,
        "min_grain_diameter": settings.min_grain_diameter,
        "averaged": settings.averaged,
        "model": settings.model,
        "model_sha256": predictor.sha256,
        "device": predictor.plan.name,
        "precision": str(predictor.plan.dtype).removeprefix("torch."),
        "version": __version__,
    }


def _region(view: View, image: CalibratedImage) -> dict[str, Any] | None:
    """Size and place of the region that was measured: rows top..bottom-1, columns left..right-1."""
    if view.region is None:
        return None
    rows, columns = view.block(image.shape[-2:])
    return {
        "box": [rows.start, rows.stop, columns.start, columns.stop],
        "pixels": int(np.count_nonzero(view.region)),
    }
