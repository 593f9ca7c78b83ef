"""Makes synthetic micrographs off the GUI thread; of requests that come meanwhile only the newest counts."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeAlias

from qtpy.QtCore import QObject, Signal
from superqt.utils import create_worker

if TYPE_CHECKING:
    from napari_grains.synthesis import Recipe, SyntheticMicrograph

_log: Final = logging.getLogger(__name__)

SIDE: Final = 256
"""Rows and columns of a preview."""
_SEED: Final = 0

Draw: TypeAlias = "Callable[[Recipe, int], SyntheticMicrograph]"


def draw_micrograph(recipe: Recipe, index: int) -> SyntheticMicrograph:
    """Micrograph number ``index`` of a recipe, as large as a preview."""
    return recipe.micrograph(_SEED, index, (SIDE, SIDE))


class Synthesizer(QObject):
    """One thread at a time; every micrograph that is finished is told, in the order of the requests.

    Parameters
    ----------
    parent : QObject
        Whose end is its end.
    draw : callable
        From a recipe and a number to a micrograph.

    Attributes
    ----------
    made : Signal(SyntheticMicrograph)
    failed : Signal(str)
        One line.
    """

    made = Signal(object)
    failed = Signal(str)

    def __init__(self, parent: QObject, draw: Draw = draw_micrograph) -> None:
        super().__init__(parent)
        self._draw = draw
        self._busy = False
        self._waiting: tuple[Recipe, int] | None = None

    def request(self, recipe: Recipe, index: int) -> None:
        """Make a micrograph now, or after the one that is being made, unless a newer request comes."""
        if self._busy:
            self._waiting = (recipe, index)
        else:
            self._start(recipe, index)

    def cancel(self) -> None:
        """Forget the request that waits."""
        self._waiting = None

    def _start(self, recipe: Recipe, index: int) -> None:
        self._busy = True
        worker = create_worker(_drawn, self._draw, recipe, index, _start_thread=False)
        worker.returned.connect(self._tell)  # a bound method: forgotten with this object
        worker.start()

    def _tell(self, drawn: SyntheticMicrograph | str) -> None:
        self._busy = False
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            self._start(*waiting)  # before the viewer draws what is finished: both go on together
        if isinstance(drawn, str):
            self.failed.emit(drawn)
        else:
            self.made.emit(drawn)


def _drawn(draw: Draw, recipe: Recipe, index: int) -> SyntheticMicrograph | str:
    """From a thread an exception would end as a pop-up: it is returned as text."""
    try:
        return draw(recipe, index)
    except Exception as error:  # noqa: BLE001 - whatever an extreme recipe brings about
        _log.info("no micrograph could be made", exc_info=True)
        return " ".join(f"No micrograph with these settings: {error}".split())
