"""What a crash left behind is offered again: strokes, and the best network of a training."""

from __future__ import annotations

from functools import partial

from napari.layers import Image
from qtpy.QtCore import Signal

from napari_grains.widgets._offer_line import OfferLine
from napari_grains.widgets._stroke_files import StrokeFacts, StrokeFile
from napari_grains.widgets._stroke_keeper import StrokeKeeper
from napari_grains.widgets._training_state import EDGES, StateFacts, TrainingState, interrupted_training


class LeftBehind(OfferLine):
    """Looks for both; strokes come first, and only while their image is open.

    Parameters
    ----------
    keeper : StrokeKeeper
        Who keeps strokes and brings them back.
    kind : str
        Of the trainings.

    Attributes
    ----------
    answered : Signal
        Something was taken or removed: there may be more.
    training_wanted : Signal(TrainingState, str)
        A training shall go on, which began with the named network.
    failed : Signal(str)
        Why strokes could not be restored.
    """

    answered = Signal()
    training_wanted = Signal(object, str)
    failed = Signal(str)

    def __init__(self, keeper: StrokeKeeper, kind: str = EDGES) -> None:
        super().__init__()
        self._keeper, self._kind = keeper, kind

    def look(self) -> None:
        """Offer what there is, unless something is offered already."""
        if self.is_open:
            return
        if offers := self._keeper.offers():
            self._offer_strokes(*offers[0])
        elif (left := interrupted_training(self._kind)) is not None:
            self._offer_training(*left)

    def _offer_strokes(self, file: StrokeFile, facts: StrokeFacts, image: Image) -> None:
        self.offer(
            f"Strokes of “{facts.image}”, {facts.when:%d %b %H:%M}, were not saved.",
            ("Restore", "Bring them back as a layer over the image"),
            partial(self._restore, file, facts, image),
            partial(self._discard, file),
        )

    def _offer_training(self, state: TrainingState, facts: StateFacts) -> None:
        images = ", ".join(facts.images)
        self.offer(
            f"A training on “{images}”, {facts.when:%d %b %H:%M}, was interrupted.",
            ("Resume", "Go on from its best network, with the strokes that are ticked now"),
            partial(self.training_wanted.emit, state, facts.start),
            partial(self._forget, state),
        )

    def _restore(self, file: StrokeFile, facts: StrokeFacts, image: Image) -> None:
        if problem := self._keeper.restore(file, facts, image):
            self.failed.emit(problem)
        self.answered.emit()

    def _discard(self, file: StrokeFile) -> None:
        file.remove()
        self.answered.emit()

    def _forget(self, state: TrainingState) -> None:
        state.remove()
        self.answered.emit()
