"""Examples are kept on disk while they are given, and offered again after a crash."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from napari.layers import Layer
from qtpy.QtCore import QObject

from napari_grains.widgets._example_files import ExampleFacts, ExampleFile, Kind, kept_examples
from napari_grains.widgets._file_keeper import Content, FileKeeper, now
from napari_grains.widgets._offer_line import OfferLine
from napari_grains.widgets._results import METADATA
from napari_grains.widgets._source import Array


@dataclass(frozen=True, eq=False)
class KeptExamples:
    """Examples as they are now.

    Parameters
    ----------
    of : Layer
        Grains, or image, that they belong to.
    shape : tuple of int
        Of that.
    arrays : mapping
        A copy of the examples; empty if there are none.
    names, unused : mapping
        Classes by label; those that were taken from the list.
    """

    of: Layer
    shape: tuple[int, ...]
    arrays: Mapping[str, Array]
    names: Mapping[int, str]
    unused: Mapping[int, str]


class ExampleKeeper(FileKeeper):
    """Keeps examples, see `FileKeeper`.

    Parameters
    ----------
    kind : "grains" or "points"
        What examples mark.
    parent : QObject
        Lives as long as the tab.
    """

    file_type = ExampleFile
    entry = "examples_file"

    def __init__(self, kind: Kind, parent: QObject) -> None:
        super().__init__(parent)
        self._kind = kind

    def keep(self, layer: Layer, examples: KeptExamples) -> None:
        """Keep the examples of a layer as they are now."""
        self._wait(layer, examples)

    def offer(
        self,
        line: OfferLine,
        of: Layer,
        shape: tuple[int, ...],
        words: tuple[str, str],
        restore: Callable[[ExampleFile, ExampleFacts], None],
    ) -> None:
        """Offer the latest examples of a layer of grains, or of an image, which nobody works on.

        Parameters
        ----------
        line : OfferLine
            Where.
        of : Layer
            The grains, or the image.
        shape : tuple of int
            Of that.
        words : (str, str)
            Where the examples lie: before the name of the layer, and where a layer of them would lie.
        restore : callable
            Brings them back.
        """
        found = self._latest(of, shape)
        if found is not None:
            file, facts = found
            line.offer(
                f"Examples {words[0]} “{facts.layer}”, {facts.when:%d %b %H:%M}, were not saved.",
                ("Restore", f"Bring them back as a layer over {words[1]}"),
                partial(restore, file, facts),
                file.remove,
            )

    def take(self, file: ExampleFile) -> dict[str, Array] | str:
        """Return what was kept, to be brought back as a layer; or why that cannot be done."""
        if not self._lock(file):
            return "These examples are open in another window."
        try:
            return file.read()
        except (OSError, ValueError) as error:
            return f"The examples cannot be read: {error}"

    def go_on(self, layer: Layer, file: ExampleFile) -> None:
        """Keep the examples of a layer in a file from now on."""
        layer.metadata[METADATA][self.entry] = file.path.stem

    def _latest(self, of: Layer, shape: tuple[int, ...]) -> tuple[ExampleFile, ExampleFacts] | None:
        for file, facts in kept_examples():
            fits = (facts.kind, facts.layer, tuple(facts.shape)) == (self._kind, of.name, shape)
            if fits and self._is_free(file):
                return file, facts
        return None

    def _content(self, waiting: KeptExamples) -> Content | None:
        if not waiting.arrays:
            return None
        facts = ExampleFacts(
            self._kind,
            waiting.of.name,
            [int(length) for length in waiting.shape],
            list(waiting.names.items()),
            list(waiting.unused.items()),
            date=now(),
        )
        return waiting.arrays, facts
