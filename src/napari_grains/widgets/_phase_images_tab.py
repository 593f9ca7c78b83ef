"""The tab that classifies patches of images, frames of stacks and diffraction patterns."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

import numpy as np
from napari.layers import Image, Points
from napari.viewer import Viewer
from qtpy.QtWidgets import QHBoxLayout, QWidget

from napari_grains.errors import InputError
from napari_grains.widgets._answer_points import show_answers_on
from napari_grains.widgets._answers import Answer, Place, answers_of
from napari_grains.widgets._channels_field import ChannelsField
from napari_grains.widgets._classifier_jobs import Task
from napari_grains.widgets._classifier_tab import ClassifierTab
from napari_grains.widgets._combos import NarrowComboBox
from napari_grains.widgets._example_files import ExampleFacts, ExampleFile
from napari_grains.widgets._example_keeper import ExampleKeeper, KeptExamples
from napari_grains.widgets._example_points import classes_of, groups_of, image_under, points_of
from napari_grains.widgets._form import row
from napari_grains.widgets._image_example_box import ImageExampleBox
from napari_grains.widgets._image_parts import (
    Part,
    parts_at,
    parts_everywhere,
    place_of,
    read_parts,
    stacked,
)
from napari_grains.widgets._job_run import Arguments, Ending
from napari_grains.widgets._offer_line import OfferLine
from napari_grains.widgets._results import is_ours
from napari_grains.widgets._session import Session
from napari_grains.widgets._source import Array, Source
from napari_grains.widgets._source_table import ExampleSource

_TASKS: Final = ("images", "patches", "frames", "patterns")
_CLASSIFY_TIP: Final = (
    "Classify the chosen image or stack: a layer of points with class and probabilities, and the list\n"
    "below; “unknown” is what lies far from every class"
)
ALL, AT_POINTS = "all of the image or stack", "the points alone"
_WHAT_TIP: Final = (
    "All frames, or patches side by side, of the chosen image; or only those at its points of examples"
)


class PhaseImagesTab(ClassifierTab):
    """Give patches or frames a class, train a classifier, classify a stack or an image.

    Parameters
    ----------
    viewer : Viewer
        Where the layers are.
    session : Session
        Its engine does the work.
    channels : ChannelsField
        What is seen together with each image.

    Attributes
    ----------
    examples : ImageExampleBox
    left_behind : OfferLine
        Offers examples that were not saved.
    what : NarrowComboBox
        What Classify classifies.
    """

    def __init__(self, viewer: Viewer, session: Session, channels: ChannelsField) -> None:
        super().__init__(viewer, session, tasks=_TASKS, name="my classifier", classify_tip=_CLASSIFY_TIP)
        self.examples, self.what, self.left_behind = ImageExampleBox(viewer), NarrowComboBox(), OfferLine()
        self._channels = channels
        self._keeper = ExampleKeeper("points", self)
        self.what.addItems([ALL, AT_POINTS])
        self.what.setToolTip(_WHAT_TIP)
        self._finish_layout(self.left_behind, self.examples, self.learn, self._what_row(), self.panel)
        self.examples.changed.connect(self._look_again)
        self.examples.pointed.connect(self._keep)
        self.what.currentIndexChanged.connect(self._check_anew)
        channels.changed.connect(self._check_anew)
        self._keeper.failed.connect(self.panel.remark)

    def show_image(self, layer: Image | None) -> None:
        """Take another image, None for none."""
        super().show_image(layer)
        self.examples.show_image(layer)
        self._offer()

    def follow(self, *, on: bool) -> None:
        """Begin or end to follow the viewer; a run goes on and is heard of again."""
        self.examples.follow(on=on)
        super().follow(on=on)

    def _why_no_examples(self) -> str:
        if self.examples.in_files:
            return self.examples.files.problem()
        pairs = self._pairs()
        names = {name for _, points, _ in pairs for name in self._classes(points)}
        if len(names) < 2:
            return self.examples.problem() or "Click examples of two classes at least, several of each."
        unfit = next(filter(None, (Source(image).problem() for _, _, image in pairs)), "")
        return unfit or self._why_not_together([image for _, _, image in pairs])

    def _why_not_together(self, images: Sequence[Image]) -> str:
        """Why images cannot be learned from together; empty if they can."""
        numbers = {len(self._channels.of(image)): image.name for image in images}
        if len(numbers) < 2:
            return ""
        (one, first), (other, second), *_ = numbers.items()
        return f"“{first}” has {one} further channels and “{second}” {other}: choose as many for each."

    def _why_nothing_to_classify(self) -> str:
        if problem := self.examples.problem():
            return problem
        if self.what.currentText() == AT_POINTS and self._points() is None:
            return "There are no points on this image: click some, or classify all of it."
        wanted = int(self.learn.classifier.read()[0].get("architecture", {}).get("channels", 1)) - 1
        number = 0 if self._image is None else len(self._channels.of(self._image))
        if number != wanted:
            return f"The classifier wants {wanted} further channels, not {number}: see Channels."
        return ""

    def _training(self) -> Task:
        how = {"task": self.examples.task, "patch": self.examples.side}
        if self.examples.in_files:
            arguments = how | self.examples.files.arguments()
            return Task(lambda: arguments)
        pairs, side = self._pairs(), self.examples.side
        picked = [self._picked(source, points, image) for source, points, image in pairs]
        sources = [self._seen_with(image) for _, _, image in pairs]
        parts = [[part for part, _, _ in one] for one in picked]
        rows = [row for one in picked for row in one]
        places = [
            place_of(image, part) for (_, _, image), one in zip(pairs, parts, strict=True) for part in one
        ]
        classes, groups = [name for _, name, _ in rows], [group for _, _, group in rows]
        arguments = how | {"patch": side, "classes": classes, "groups": groups}
        every = [source for seen in sources for source in seen]
        return Task(lambda: arguments | {"images": _read(sources, parts)}, every, places)

    def _classifying(self) -> tuple[str, Task, Callable[[Ending], None]]:
        image = self._image
        assert image is not None  # noqa: S101 - for type checkers: `_why_not_classify` has looked
        card, _ = self.learn.classifier.read()
        patch = int(card["patch"]) if card.get("patch") and card.get("task") == "patches" else None
        sources = self._seen_with(image)
        points = self._points() if self.what.currentText() == AT_POINTS else None
        found: list[Part] = []

        def gather() -> Arguments:
            if points is None:
                chosen = parts_everywhere(sources[0], patch)
            else:
                chosen = self._parts(points, image, patch)
            found.extend(chosen)
            return {"images": _read([sources], [chosen])}

        return "classify", Task(gather, sources), partial(self._show_classified, image, patch, found)

    def _explaining(self, place: Place) -> Task | None:
        image, origin = place.layer, place.origin
        if origin is not None:
            return Task(lambda: {"image": self._opened.read(origin)})
        if not isinstance(image, Image) or image not in self._viewer.layers:
            return None
        sources = self._seen_with(image)
        whole = "row" not in place.details
        side = None if whole else round(place.extent / 3)
        corner = (round(place.corner[0]), round(place.corner[1]))
        part = Part(place.index or 0, corner, side)
        return Task(lambda: {"image": read_parts(sources, [part])[0]}, sources)

    def _show_classified(
        self, image: Image, patch: int | None, parts: Sequence[Part], ending: Ending
    ) -> None:
        result = ending.result or {}
        if image not in self._viewer.layers:
            self._desk.say("The image was removed meanwhile: nothing is shown.")
            return
        names = [str(name) for name in result["class_names"]]
        given = self._given(image, patch, names)
        places = [place_of(image, part) for part in parts]
        answers = [
            replace(answer, truth=given.get(_key(answer.place), ""))
            for answer in answers_of(result["answers"], places)
        ]
        colours = dict(zip(names, self.examples.classes.phases.colours_of(names), strict=True))
        show_answers_on(self._viewer, image, answers, patch, colours)
        self.views.show_answers(answers)
        self._desk.say(_counted(answers, names))

    def _seen_with(self, image: Image) -> list[Source]:
        """Return an image and its channels."""
        return [Source(image), *map(Source, self._channels.of(image))]

    def _pairs(self) -> list[tuple[ExampleSource, Points, Image]]:
        """Ticked layers of points with their images."""
        found = []
        for source in self.examples.sources.ticked:
            points = source.layer
            image = image_under(self._viewer, points) if isinstance(points, Points) else None
            if image is None and isinstance(points, Points) and not is_ours(points):
                image = self._image
            if isinstance(points, Points) and image is not None:
                found.append((source, points, image))
        return found

    def _classes(self, points: Points) -> list[str]:
        used = self.examples.learned_from(points)
        return [name for name, on in zip(classes_of(points), used, strict=True) if on]

    def _picked(self, source: ExampleSource, points: Points, image: Image) -> list[tuple[Part, str, str]]:
        """Parts with class and group; of points of one class in one frame the first."""
        side = self.examples.side
        first = next(one for one, _, other in self._pairs() if other is image)
        # Patches of one image never sit on both sides of a split, whatever their layers are called.
        whole = self.examples.sources.group_of(source if side is None else first)
        parts = self._parts(points, image, side)
        own = groups_of(points) if side is None else [""] * len(parts)
        rows = zip(parts, classes_of(points), own, self.examples.learned_from(points), strict=True)
        picked = {(part, name): group or whole for part, name, group, on in rows if on}
        return [(part, name, group) for (part, name), group in picked.items()]

    def _parts(self, points: Points, image: Image, side: int | None) -> list[Part]:
        return parts_at(self._viewer, points, image, side)

    def _points(self) -> Points | None:
        """Points on the chosen image: those made for it, else the user's own."""
        points = points_of(self._viewer, self._image)
        if points is not None:
            return points if len(points.data) else None
        return next((one for _, one, image in self._pairs() if image is self._image), None)

    def _given(
        self, image: Image, patch: int | None, known: Collection[str]
    ) -> dict[tuple[object, ...], str]:
        """Classes of those that a classifier knows which the user gave parts of an image."""
        points = self._points() if image is self._image else None
        if points is None:
            return {}
        places = [place_of(image, part) for part in self._parts(points, image, patch)]
        given = zip(places, classes_of(points), strict=True)
        return {_key(place): name for place, name in given if name in known}

    def _keep(self, points: Points) -> None:
        image = image_under(self._viewer, points)
        if image is None or not is_ours(points):
            return
        arrays: dict[str, Array] = {}
        if len(points.data):
            arrays = {
                "points": np.array(points.data),
                "classes": np.array(classes_of(points), np.str_),
                "groups": np.array(groups_of(points), np.str_),
            }
        phases = self.examples.classes.phases
        unused = {one.label: one.name for one in phases.removed}
        kept = KeptExamples(image, Source(image).shape, arrays, self.examples.classes.named, unused)
        self._keeper.keep(points, kept)

    def _offer(self) -> None:
        image = self._image
        self.left_behind.withdraw()
        if image is None or points_of(self._viewer, image) is not None:
            return
        shape, restore = Source(image).shape, partial(self._restore, image)
        self._keeper.offer(self.left_behind, image, shape, ("on", "the image"), restore)

    def _restore(self, image: Image, file: ExampleFile, facts: ExampleFacts) -> None:
        arrays = self._keeper.take(file)
        if isinstance(arrays, str):
            self._desk.say_problem(arrays)
        elif not {"points", "classes", "groups"} <= set(arrays):
            self._desk.say_problem("The examples cannot be read: their file is damaged.")
        else:
            self._keeper.go_on(self.examples.restore(image, arrays, facts), file)

    def _what_row(self) -> QWidget:
        whole = QWidget()
        layout = QHBoxLayout(whole)
        layout.setContentsMargins(8, 0, 8, 0)
        label, _ = row("Classify", self.what)
        layout.addWidget(label)
        layout.addWidget(self.what, 1)
        return whole


def _read(sources: Sequence[Sequence[Source]], parts: Sequence[Sequence[Part]]) -> Array:
    """Cut parts out of images, each with its channels."""
    if not any(parts):
        raise InputError("There is nothing to classify here.")
    return stacked(
        [one for seen, chosen in zip(sources, parts, strict=True) for one in read_parts(seen, chosen)]
    )


def _key(place: Place) -> tuple[object, ...]:
    return place.index, place.corner


def _counted(answers: Sequence[Answer], names: Sequence[str]) -> str:
    counts = {name: sum(answer.name == name for answer in answers) for name in [*names, "unknown"]}
    return ", ".join(f"{count:,} {name}" for name, count in counts.items() if count) + "."
