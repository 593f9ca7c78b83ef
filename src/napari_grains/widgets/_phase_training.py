"""Training on strokes of phases."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final

from napari.layers import Image, Labels
from napari.viewer import Viewer
from qtpy.QtCore import QObject

from napari_grains.widgets._calibration import pixel_size_of
from napari_grains.widgets._channels_field import ChannelsField
from napari_grains.widgets._job_run import Arguments
from napari_grains.widgets._knobs import Number
from napari_grains.widgets._looks import phase_look
from napari_grains.widgets._next_place import plane_of
from napari_grains.widgets._phase_brushes import PhaseBrushes
from napari_grains.widgets._phase_network_field import PhaseNetworkField
from napari_grains.widgets._session import Session
from napari_grains.widgets._source import Array, Source
from napari_grains.widgets._stroke_layers import is_annotation, painted_numbers
from napari_grains.widgets._stroke_pairs import StrokePair
from napari_grains.widgets._stroke_training import StrokeTraining, TrainingParts
from napari_grains.widgets._training_state import PHASES
from napari_grains.widgets._watched import Look

BEGIN: Final = "default"
"""Network that a training begins from where the chosen one tells other phases apart."""
_SAME: Final = 0.0006
"""Scales that differ by less are shown as the same number."""


class PhaseTraining(StrokeTraining):
    """As `StrokeTraining`, for networks that tell phases apart.

    Parameters
    ----------
    viewer, session, parts, parent
        As for `StrokeTraining`.
    brushes : PhaseBrushes
        The phases.
    network : PhaseNetworkField
    channels : ChannelsField
        What is seen together with each image.
    scale : Number
        Network px per image px.
    """

    kind = PHASES
    _invitation = "Press “New strokes” and paint a few strokes of each phase"

    def __init__(
        self,
        viewer: Viewer,
        session: Session,
        parts: TrainingParts,
        parent: QObject,
        *,
        brushes: PhaseBrushes,
        network: PhaseNetworkField,
        channels: ChannelsField,
        scale: Number,
    ) -> None:
        self._brushes, self._network, self._channels, self._scale = brushes, network, channels, scale
        self.why_no_map: Callable[[], Sequence[str]] = lambda: ("", "")
        self._phases = brushes.phases
        super().__init__(viewer, session, parts, parent)
        brushes.classes_changed.connect(self._keep_all)
        channels.changed.connect(self.check_anew)

    def follow(self, *, on: bool) -> None:
        """Begin or end to follow the viewer; phases of strokes that are there are taken over."""
        if on:
            for layer in self._viewer.layers:
                if is_annotation(layer) and isinstance(layer, Labels):
                    self._brushes.meet(layer)
        super().follow(on=on)

    @property
    def class_names(self) -> list[str]:
        """Phases that the last training told apart."""
        return self._phases.names

    @property
    def chosen_scale(self) -> float | None:
        """Network px per image px that the user wants; None where it is that of the network."""
        own, wanted = self._network.scale, self._scale.value()
        return None if own is None or abs(wanted - own) < _SAME else wanted

    def seen_with(self, image: Image) -> list[Image]:
        """Return an image and its channels."""
        return [image, *self._channels.of(image)]

    def place_arguments(
        self, image: Image, strokes: Labels | None, index: int, errors: Sequence[float]
    ) -> Callable[[], Arguments]:
        """Return what reads the arguments of the job "suggest"."""
        size, sources = pixel_size_of(image), [Source(one) for one in self._channels.of(image)]
        asked: dict[str, Any] = {"model": self._network.model, "paint": "phases", "scale": self.chosen_scale}
        asked["pixel_size_m"] = None if size is None else [size.y, size.x]
        asked |= {"errors": list(errors), "leave_out": self.left_out(image)}
        return lambda: {
            **plane_of(image, strokes, index),
            "channels": [source.read(index) for source in sources],
            **asked,
        }

    def why_no_place(self) -> str:
        """Why no place to paint can be looked for; empty if one can."""
        image = self.parts.paint.image.layer
        return self.parts.paint.problem() if image is None else self.why_not_mapped([image])

    def why_not_mapped(self, images: Sequence[Image]) -> str:
        """Why the phases of images cannot be found now, with what to do; empty if they can."""
        if problem := self._network.read()[1]:
            return problem
        if not self._network.class_names:
            return "Train first, or choose a network that tells phases apart."
        wanted = self._network.channels - 1
        for image in images:
            if unfit := Source(image).problem():
                return unfit
            if (number := len(self._channels.of(image))) != wanted:
                return (
                    f"The network wants {wanted} further channels; “{image.name}” has {number}: see Channels."
                )
        return ""

    def left_out(self, image: Image) -> list[list[int]]:
        """Return what of an image is no specimen: its info bar, if one was found."""
        return self._arguments.left_out(image)

    def _train(self, *, resume: bool) -> None:
        self._phases = self._brushes.phases
        super()._train(resume=resume)
        if self._start() != self._network.model:
            known = ", ".join(self._network.class_names)
            self.remark(f"The network was for {known}: this training begins anew from “{BEGIN}”.")

    def _why_too_little(self, pairs: Sequence[StrokePair]) -> str:
        phases = self._brushes.phases
        if len(phases.classes) < 2:
            return "Add a second phase: a network tells phases apart."
        if problem := self._misfit(pairs):
            return problem
        painted = {number for pair in pairs for number in _painted_labels(pair)}
        bare = [one.name for one in phases.classes if one.label not in painted]
        if len(bare) == len(phases.classes):
            return "Paint a few strokes of each phase first, in several places."
        return f"Paint “{bare[0]}” too, or take it from the list with ×." if bare else ""

    def _misfit(self, pairs: Sequence[StrokePair]) -> str:
        """Why layers cannot be learned from together; empty if they can."""
        numbers = {len(self._channels.of(pair.image)): pair.image.name for pair in pairs}
        if len(numbers) > 1:
            (one, first), (other, second), *_ = numbers.items()
            return f"“{first}” has {one} further channels and “{second}” {other}: choose as many for each."
        highest = max(self._brushes.phases.labels)
        for pair in pairs:
            if not is_annotation(pair.strokes) and (most := int(pair.strokes.data.max(initial=0))) > highest:
                return f"“{pair.strokes.name}” has labels up to {most}: add phases, or untick it."
        return ""

    def _why_not_more(self, why_not: str) -> Sequence[str]:  # noqa: ARG002 - to classify nothing is painted
        return self.why_no_map()

    def _look(self) -> Look:
        colours = [one.colour for one in self._phases.classes]
        look = partial(phase_look, self._phases.names, colours)
        return Look("phases training", "phases (training)", look, "phases", Labels)

    def _labels_of(self, pair: StrokePair) -> Array:
        return self._phases.ordered(pair.labels())

    def _gather(self, how: Arguments, pairs: Sequence[StrokePair]) -> Callable[[], Arguments]:
        begin, scale = self._start(), self._scale.value()
        names = self._phases.names
        channels = [[Source(one) for one in self._channels.of(pair.image)] for pair in pairs]
        left_out = [self._arguments.left_out(pair.image) for pair in pairs]

        sizes = [pixel_size_of(pair.image) for pair in pairs]

        def read(number: int, pair: StrokePair) -> dict[str, Any]:
            size = sizes[number]
            own: dict[str, Any] = {"labels": self._labels_of(pair), "paint": "phases", "scale": scale}
            own["channels"] = [source.read() for source in channels[number]]
            own["pixel_size_m"] = None if size is None else [size.y, size.x]
            return pair.arguments(left_out[number], None) | own

        images = partial(map, read, range(len(pairs)), pairs)
        return lambda: {**how, "start": begin, "class_names": names, "images": list(images())}

    def _start(self) -> str:
        """Return the network to begin from: the chosen one, unless it tells others apart."""
        network, known = self._network, self._network.class_names
        counts = {1 + len(self._channels.of(pair.image)) for pair in self.parts.paint.pairs.ticked}
        goes_on = known == self._phases.names and counts == {network.channels}
        return network.model if goes_on or not known else BEGIN

    def _learn_from(self, result: Mapping[str, Any], pairs: Sequence[StrokePair]) -> None:  # noqa: ARG002
        iou = result.get("iou") or [None] * len(self._phases.classes)
        self._brushes.show_iou(dict(zip(self._phases.names, iou, strict=False)))

    def _keep_all(self) -> None:
        """Keep the names of what is painted, which have changed."""
        self._keep_strokes(*(pair.strokes for pair in self.parts.paint.pairs.pairs))


def _painted_labels(pair: StrokePair) -> list[int]:
    return [int(label) for label in painted_numbers(pair.strokes)[1:].nonzero()[0] + 1]
