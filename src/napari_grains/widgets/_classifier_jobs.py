"""What the jobs of a classifier are given, and what the examples were taken for while they were held out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from napari_grains.images import Origin
from napari_grains.widgets._answers import Answer, Place, pairs_of
from napari_grains.widgets._job_run import Arguments
from napari_grains.widgets._source import Source


@dataclass(frozen=True, eq=False)
class Task:
    """What a job is given.

    Parameters
    ----------
    gather : callable
        Returns the arguments; runs in a thread where a source is lazy.
    sources : sequence of Source
        Layers that are read.
    places : sequence of Place
        Where that lies which the job is given, in its order; empty where only files know.
    """

    gather: Callable[[], Arguments]
    sources: Sequence[Source] = ()
    places: Sequence[Place] = ()


def held_out_answers(result: Mapping[str, Any], task: Task) -> list[Answer]:
    """Return what was said of each example while it was held out."""
    said = result.get("held_out_examples")
    if said is None:
        return []
    if said["origin"] is None:
        places = [task.places[index] for index in said["index"]]
    else:
        places = [Place.of_file(Origin.of(one)) for one in said["origin"]]
    rankings = [pairs_of(ranking) for ranking in said["ranking"]]
    return [
        Answer(place, pairs[0][0], pairs, None, str(given))
        for place, pairs, given in zip(places, rankings, said["class"], strict=True)
    ]
