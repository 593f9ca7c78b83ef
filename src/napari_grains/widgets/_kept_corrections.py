"""The corrections of all layers that were corrected in a viewer, also while another layer is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from napari.layers import Labels, Layer
from napari.utils.events import Event
from napari.viewer import Viewer
from qtpy.QtCore import QObject, Signal

from napari_grains.grains import Restored
from napari_grains.widgets._corrections import Corrections
from napari_grains.widgets._restoring import restored_layer
from napari_grains.widgets._subscriptions import Subscriptions


class KeptCorrections(QObject):
    """Makes the corrections of a layer, keeps them while the layer is in the viewer, and ends them.

    Parameters
    ----------
    viewer : Viewer
        Whose layers.
    parent : QWidget
        Outlives the corrections.

    Attributes
    ----------
    ended : Signal(Labels)
        The corrections of a layer are over: it was removed, or has other data.
    """

    ended = Signal(object)

    def __init__(self, viewer: Viewer, parent: QObject) -> None:
        super().__init__(parent)
        self._viewer = viewer
        self._kept: dict[Layer, Corrections] = {}
        self._following = following = Subscriptions()
        following.add(self._hear_removed, viewer.layers.events.removed)
        kept = self._kept

        def end(*_: object) -> None:
            following.end()
            for corrections in kept.values():
                corrections.end()

        # A widget says `destroyed` before its children are deleted: journals are written to their end.
        parent.destroyed.connect(end)

    @property
    def journals(self) -> Sequence[Path]:
        """Folders of the corrections that are under way."""
        paths = (corrections.journal for corrections in self._kept.values())
        return [path for path in paths if path is not None]

    def of(self, layer: Labels) -> Corrections:
        """Return the corrections of a layer, made when they are asked for first.

        Raises
        ------
        InputError
            If the layer cannot be corrected.
        """
        if layer not in self._kept:
            self._keep(Corrections(self._viewer, layer, self))
        return self._kept[layer]

    def restore(self, restored: Restored, path: Path) -> Labels:
        """Go on with corrections that were left behind; return their layer."""
        layer = restored_layer(self._viewer, restored)
        self._end(layer)
        self._keep(Corrections(self._viewer, layer, self, restored))
        self._kept[layer].forget_journal(path)
        return layer

    def _keep(self, corrections: Corrections) -> None:
        self._kept[corrections.layer] = corrections
        corrections.replaced.connect(lambda: self._end(corrections.layer))

    def _hear_removed(self, event: Event) -> None:
        self._end(event.value)

    def _end(self, layer: Layer) -> None:
        corrections = self._kept.pop(layer, None)
        if corrections is not None:
            corrections.end()
            self.ended.emit(layer)
            corrections.deleteLater()
