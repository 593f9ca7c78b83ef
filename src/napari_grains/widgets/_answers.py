"""What a classifier says, example by example, with where each lies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from napari.layers import Layer

from napari_grains.images import Origin

UNKNOWN: Final = "unknown"
"""Class of what lies far from every class."""


@dataclass(frozen=True, eq=False)
class Place:
    """Where something lies that was classified.

    Parameters
    ----------
    text : str
        For a cell: "frame 3", "grain 17".
    layer : Layer or None
        What to fly to; None where there is nothing in the viewer.
    position : sequence of float
        Data coordinates, one per axis of the layer.
    extent : float
        Width in px of the layer.
    index : int or None
        Slice of a stack; None where the layer has none.
    corner : (float, float)
        Row and column of the first pixel of what was classified.
    details : mapping
        Columns of an exported table: "frame", "row", "column", "grain"...
    origin : Origin or None
        The file that it is in, unless it is in a layer of the user.
    """

    text: str
    layer: Layer | None
    position: Sequence[float] = ()
    extent: float = 0.0
    index: int | None = None
    corner: tuple[float, float] = (0.0, 0.0)
    details: Mapping[str, Any] = field(default_factory=dict)
    origin: Origin | None = None

    @classmethod
    def of_file(cls, origin: Origin) -> Place:
        """Where an example lies as long as its file is not shown."""
        frame = f", frame {origin.frame}" if origin.frame else ""
        middle = "" if origin.middle is None else ": {}, {}".format(*origin.middle)
        details: dict[str, Any] = {"path": str(origin.file), "frame": origin.frame}
        if origin.middle is not None:
            details |= zip(("row", "column"), origin.middle, strict=True)
        return cls(f"{origin.file.name}{frame}{middle}", None, details=details, origin=origin)


@dataclass(frozen=True, eq=False)
class Answer:
    """One answer.

    Parameters
    ----------
    place : Place
    name : str
        Most probable class, or "unknown".
    ranking : sequence of (str, float)
        All classes with their probabilities, the most probable one first.
    distance : float or None
        From the nearest class, in units of the distance beyond which nothing is known.
    truth : str
        Class that the user gave; empty if none.
    """

    place: Place
    name: str
    ranking: Sequence[tuple[str, float]]
    distance: float | None = None
    truth: str = ""

    @property
    def probability(self) -> float:
        """Of the most probable class."""
        return self.ranking[0][1] if self.ranking else 0.0

    @property
    def certainty(self) -> float:
        """By which answers are put in order: what is unknown, or else than the user said, comes first."""
        if self.truth and self.truth != self.name:
            return -self.probability
        return self.probability if self.name != UNKNOWN else 0.0


def answers_of(result: Sequence[Mapping[str, Any]], places: Sequence[Place]) -> list[Answer]:
    """Join what the job "classify" says with the places of what it was given."""
    return [
        Answer(place, str(one["class"]), pairs_of(one["ranking"]), one["distance"])
        for one, place in zip(result, places, strict=True)
    ]


def pairs_of(ranking: Sequence[Sequence[Any]]) -> list[tuple[str, float]]:
    """Return classes with their probabilities, as jobs give them, with their types."""
    return [(str(name), float(share)) for name, share in ranking]


def table_of(answers: Sequence[Answer]) -> dict[str, list[Any]]:
    """Return answers as the columns of a table, named as those of the command `phases classify`."""
    rows = [
        {
            **answer.place.details,
            "class": answer.name,
            "distance": answer.distance,
            **{f"class_{rank}": name for rank, (name, _) in enumerate(answer.ranking, 1)},
            **{f"probability_{rank}": share for rank, (_, share) in enumerate(answer.ranking, 1)},
        }
        for answer in answers
    ]
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: [row.get(name) for row in rows] for name in names}
