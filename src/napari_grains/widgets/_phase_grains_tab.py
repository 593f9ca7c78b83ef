"""The tab that classifies grains: click a few of each class, train, and see all grains by class."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

import numpy as np
from napari.layers import Image, Labels
from napari.viewer import Viewer

from napari_grains.grains import MarkedGrains
from napari_grains.widgets._answers import Answer, Place
from napari_grains.widgets._camera import fly_to
from napari_grains.widgets._classifier_jobs import Task
from napari_grains.widgets._classifier_tab import ClassifierTab
from napari_grains.widgets._example_files import ExampleFacts, ExampleFile
from napari_grains.widgets._example_keeper import ExampleKeeper, KeptExamples
from napari_grains.widgets._fraction_rows import FractionRows
from napari_grains.widgets._grain_example_box import GrainExampleBox
from napari_grains.widgets._grain_layers import slice_axis
from napari_grains.widgets._grain_phases import ROLE, add_columns, answers_about, show_phases_of
from napari_grains.widgets._grain_source import GrainSource
from napari_grains.widgets._job_run import Arguments, Ending
from napari_grains.widgets._offer_line import OfferLine
from napari_grains.widgets._results import METADATA, result_layer
from napari_grains.widgets._session import Session
from napari_grains.widgets._source import Source, grey_levels, grey_slice
from napari_grains.widgets._stroke_layers import fits, image_of

_TASK: Final = "grains"
_CLASSIFY_TIP: Final = (
    "Give every grain a class: a layer by class over the grains, and the columns class and probability in\n"
    "their table, which the Grain table shows"
)
_AROUND: Final = 3.0
"""Width of the view around a grain, in widths of the grain."""


class PhaseGrainsTab(ClassifierTab):
    """Give grains a class by clicking them, train a classifier, classify all grains.

    Parameters
    ----------
    viewer : Viewer
        Where the layers are.
    session : Session
        Its engine does the work.

    Attributes
    ----------
    examples : GrainExampleBox
    left_behind : OfferLine
        Offers examples that were not saved.
    fractions : FractionRows
        Shares of the classes in the grains that were classified last.
    """

    def __init__(self, viewer: Viewer, session: Session) -> None:
        super().__init__(
            viewer, session, tasks=(_TASK,), name="my grain classifier", classify_tip=_CLASSIFY_TIP
        )
        self.examples, self.fractions, self.left_behind = GrainExampleBox(viewer), FractionRows(), OfferLine()
        self._keeper = ExampleKeeper("grains", self)
        self._finish_layout(self.left_behind, self.examples, self.learn, self.panel, self.fractions)
        self.examples.changed.connect(self._look_again)
        self.examples.painted.connect(self._keep)
        self.examples.grains.layer_changed.connect(self._show_grains)
        self._keeper.failed.connect(self.panel.remark)

    def follow(self, *, on: bool) -> None:
        """Begin or end to follow the viewer; a run goes on and is heard of again."""
        self.examples.follow(on=on)
        super().follow(on=on)
        if on:
            self._show_grains()

    def image_of(self, grains: Labels) -> Image | None:
        """Return the image of a layer of grains; of several that fit, the chosen one."""
        found = image_of(self._viewer, grains)
        if found is None and self._image is not None and fits(grains, self._image):
            return self._image
        return found

    def _why_no_examples(self) -> str:
        if problem := self.examples.problem():
            return problem
        sources = [found for one in self.examples.sources.ticked if (found := self.examples.of(one))]
        classes = {int(label) for _, marks in sources for label in marks.classes}
        if len(classes) < 2:
            return "Click a few grains of each class: examples of two classes are needed."
        return next(filter(None, (self._why_no_image(grains) for grains, _ in sources)), "")

    def _why_nothing_to_classify(self) -> str:
        grains = self.examples.grains.layer
        return self.examples.problem() or ("" if grains is None else self._why_no_image(grains))

    def _why_no_image(self, grains: Labels) -> str:
        image = self.image_of(grains)
        if image is None:
            return f"No image belongs to “{grains.name}”: open the micrograph that the grains were found in."
        return Source(image).problem() or ""

    def _training(self) -> Task:
        self.examples.count_anew()
        parts, places, sources = [], list[Place](), list[Source]()
        for source in self.examples.sources.ticked:
            found = self.examples.of(source)
            image = None if found is None else self.image_of(found[0])
            if found is None or image is None:
                continue
            grains, marks = found
            names = self._names(marks)
            group = self.examples.sources.group_of(source)
            parts.append(partial(_example, Source(image), grains, marks, names, group))
            places += [_place(grains, marks, number) for number in range(len(marks))]
            sources.append(Source(image))
        return Task(lambda: {"task": _TASK, "grain_examples": [part() for part in parts]}, sources, places)

    def _names(self, marks: MarkedGrains) -> list[str]:
        named = self.examples.classes.named
        return [named[int(label)] for label in marks.classes]

    def _classifying(self) -> tuple[str, Task, Callable[[Ending], None]]:
        grains = self.examples.grains.layer
        image = None if grains is None else self.image_of(grains)
        assert grains is not None  # noqa: S101 - for type checkers: `_why_not_classify` has looked
        assert image is not None  # noqa: S101
        source = Source(image)
        labels = GrainSource(grains).read().astype(np.int32)
        task = Task(lambda: {"image": grey_levels(source), "grains": labels}, [source])
        return "classify_grains", task, partial(self._show_classified, grains)

    def _explaining(self, place: Place) -> Task | None:
        grains, grain = place.layer, place.details.get("grain")
        if not isinstance(grains, Labels) or grains not in self._viewer.layers or grain is None:
            return None
        if (image := self.image_of(grains)) is None:
            return None
        index, source = place.index, Source(image)
        labels = GrainSource(grains).read(index).astype(np.int32)
        return Task(
            lambda: {"image": grey_slice(source, index or 0), "grains": labels, "grain": grain}, [source]
        )

    def _show_classified(self, grains: Labels, ending: Ending) -> None:
        result = ending.result or {}
        if grains not in self._viewer.layers:
            self._desk.say("The grains were removed meanwhile: nothing is shown.")
            return
        names = [str(name) for name in result["class_names"]]
        colours = self._colours(names)
        show_phases_of(self._viewer, grains, result, list(colours.values()))
        add_columns(grains, result["table"])
        self.fractions.show_fractions(result["fractions"], result["number_fractions"], colours)
        # Classes that the classifier does not know say nothing about its answers.
        given = {key: name for key, name in self.examples.given(grains).items() if name in names}
        self.views.show_answers(answers_about(grains, result["table"], given))
        unknown = sum(name == "unknown" for name in result["table"]["class"])
        known = f"{len(result['table']['class']):,} grains classified"
        self._desk.say(f"{known}, {unknown:,} of them unknown." if unknown else f"{known}.")

    def _show_grains(self) -> None:
        """Show what is known of the grains that are chosen, and offer examples of them that were kept."""
        grains = self.examples.grains.layer
        layer = None if grains is None else result_layer(self._viewer, grains, ROLE)
        summary = {} if layer is None else layer.metadata[METADATA].get("summary", {})
        colours = self._colours([str(name) for name in summary.get("class_names", [])])
        self.fractions.show_fractions(
            summary.get("fractions", []), summary.get("number_fractions", []), colours
        )
        self._offer()

    def _colours(self, names: list[str]) -> dict[str, str]:
        return dict(zip(names, self.examples.classes.phases.colours_of(names), strict=True))

    def _visit(self, answer: Answer) -> None:
        """Fly to a grain; its pixels are looked for only now."""
        grains, grain = answer.place.layer, answer.place.details.get("grain")
        if not isinstance(grains, Labels) or grains not in self._viewer.layers:
            return
        rows, columns = np.nonzero(GrainSource(grains).read(answer.place.index) == grain)
        if not len(rows):
            self._desk.say("This grain is there no longer: classify again.")
            return
        position = [0.0] * (grains.ndim - 2) + [float(rows.mean()), float(columns.mean())]
        axis = slice_axis(grains)
        if axis is not None and answer.place.index is not None:
            position[axis] = float(answer.place.index)
        fly_to(self._viewer, grains, position, _AROUND * float(max(np.ptp(rows), np.ptp(columns)) + 1))

    def _keep(self, layer: Labels) -> None:
        mark = layer.metadata[METADATA]
        grains = next((one for one in self._viewer.layers if str(one.unique_id) == mark["source_id"]), None)
        if grains is None:
            return
        labels = np.array(layer.data)
        arrays = {"labels": labels} if labels.any() else {}
        kept = KeptExamples(grains, labels.shape, arrays, mark["classes"], mark["unused"])
        self._keeper.keep(layer, kept)

    def _offer(self) -> None:
        grains = self.examples.grains.layer
        self.left_behind.withdraw()
        if grains is None or self.examples.examples is not None:
            return
        shape, restore = GrainSource(grains).shape, partial(self._restore, grains)
        self._keeper.offer(self.left_behind, grains, shape, ("of", "the grains"), restore)

    def _restore(self, grains: Labels, file: ExampleFile, facts: ExampleFacts) -> None:
        arrays = self._keeper.take(file)
        if isinstance(arrays, str):
            self._desk.say_problem(arrays)
        elif "labels" not in arrays or arrays["labels"].shape != GrainSource(grains).shape:
            self._desk.say_problem("The examples do not fit the grains any more.")
        else:
            layer = self.examples.restore(grains, arrays["labels"], facts)
            self._keeper.go_on(layer, file)


def _example(source: Source, grains: Labels, marks: MarkedGrains, names: list[str], group: str) -> Arguments:
    """Return the examples on one image as the job "train_classifier" takes them."""
    example: dict[str, Any] = {
        "image": grey_levels(source),
        "grains": GrainSource(grains).read().astype(np.int32),
        "ids": marks.ids.tolist(),
        "classes": names,
        "group": group,
    }
    return example | ({"index": marks.slices.tolist()} if source.slices > 1 else {})


def _place(grains: Labels, marks: MarkedGrains, number: int) -> Place:
    index, grain = int(marks.slices[number]), int(marks.ids[number])
    stack = GrainSource(grains).slices > 1
    where = f" in slice {index}" if stack else ""
    details = {"slice": index, "grain": grain} if stack else {"grain": grain}
    return Place(f"grain {grain}{where}", grains, index=index if stack else None, details=details)
