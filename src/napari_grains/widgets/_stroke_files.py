"""Files in which strokes outlive a crash."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from napari_grains.widgets._kept_files import KeptFacts, KeptFile


@dataclass(frozen=True)
class StrokeFacts(KeptFacts):
    """What is known of kept strokes without reading them.

    Parameters
    ----------
    image : str
        Name of the image layer.
    source : str
        Its file; empty if it has none.
    shape : sequence of int
        Of image and strokes.
    paint : str or None
        How they are painted.
    classes, unused : sequence of (int, str)
        Labels and names of what is painted, and of what was removed from that list.
    """

    image: str
    source: str
    shape: Sequence[int]
    paint: str | None
    classes: Sequence[tuple[int, str]] = ()
    unused: Sequence[tuple[int, str]] = ()


class StrokeFile(KeptFile[StrokeFacts]):
    """Kept strokes of one layer: "labels"."""

    things = "strokes"

    @classmethod
    def facts_from(cls, known: Mapping[str, Any]) -> StrokeFacts:
        """Make facts of what was written."""
        return StrokeFacts(**known)


def kept_strokes() -> list[tuple[StrokeFile, StrokeFacts]]:
    """Return strokes that were kept, the latest first; very old ones are removed."""
    return StrokeFile.kept()
