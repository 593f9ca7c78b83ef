"""Training on strokes of grains and boundaries, and finding out whether they can be learned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from napari.viewer import Viewer
from qtpy.QtCore import QObject

from napari_grains.errors import InputError
from napari_grains.widgets._finetune_panel import FinetunePanel
from napari_grains.widgets._job_run import Ending
from napari_grains.widgets._session import Session
from napari_grains.widgets._stroke_pairs import StrokePair
from napari_grains.widgets._stroke_training import StrokeTraining, TrainingParts


class FinetuneTraining(StrokeTraining):
    """As `StrokeTraining`, for networks that find boundaries.

    Parameters
    ----------
    viewer, session, parts, parent
        As for `StrokeTraining`.
    panel : FinetunePanel
        With the button of the other job.
    """

    def __init__(
        self,
        viewer: Viewer,
        session: Session,
        parts: TrainingParts,
        panel: FinetunePanel,
        parent: QObject,
    ) -> None:
        super().__init__(viewer, session, parts, parent)
        panel.check.clicked.connect(self.check_strokes)

    def check_strokes(self) -> None:
        """Find out whether the strokes can be learned at all."""
        if self.why_not() or self.run_in_progress is not None:
            return
        pairs = self._pairs_in_order()
        run = self.begin("diagnose", "Trying to learn the strokes…", self._show_verdict)
        gather = self._gather({"start": self.parts.learn.network.model}, pairs)
        self.start(run, gather, [pair.image for pair in pairs])

    def _why_too_little(self, pairs: Sequence[StrokePair]) -> str:
        if any(pair.is_painted for pair in pairs):
            return ""
        return "Paint a few strokes first: some on boundaries, some inside grains."

    def _why_not_more(self, why_not: str) -> Sequence[str]:
        return [why_not]

    def _learn_from(self, result: Mapping[str, Any], pairs: Sequence[StrokePair]) -> None:
        with suppress(InputError):  # where it cannot be read, choosing it says so
            self._arguments.learn_scales(pairs, Path(result["network"]))

    def _show_verdict(self, ending: Ending) -> None:
        if ending.result is not None:
            self.say(str(ending.result["verdict"]))
