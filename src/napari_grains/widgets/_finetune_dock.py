"""The dock in which a network learns from strokes."""

from __future__ import annotations

from napari.viewer import Viewer

from napari_grains.widgets._brushes import EdgeBrushes
from napari_grains.widgets._dock import Dock, error_colour, is_bright, text_colour
from napari_grains.widgets._finetune_panel import FinetunePanel
from napari_grains.widgets._finetune_training import FinetuneTraining
from napari_grains.widgets._form import lay_out_in_column
from napari_grains.widgets._job_run import JobRun
from napari_grains.widgets._learn_box import LearnBox
from napari_grains.widgets._left_behind import LeftBehind
from napari_grains.widgets._paint_box import PaintBox
from napari_grains.widgets._save_box import SaveBox
from napari_grains.widgets._session import session_of
from napari_grains.widgets._stroke_training import TrainingParts


class FinetuneDock(Dock):
    """Paint strokes where a result is wrong, train, and see the overlay correct itself.

    Parameters
    ----------
    napari_viewer : napari.viewer.Viewer
        Its engine starts with its first dock.

    Attributes
    ----------
    left_behind : LeftBehind
        Offers strokes and trainings that were interrupted.
    paint : PaintBox
        Strokes and brushes.
    learn : LearnBox
        Network, history, how it learns.
    panel : FinetunePanel
        Train, Stop, Next place, Check strokes, error and curves.
    keep : SaveBox
        Save, Export, Import.
    training : FinetuneTraining
        What runs.
    """

    def __init__(self, napari_viewer: Viewer) -> None:
        super().__init__(napari_viewer)
        self._session = session_of(self._viewer)
        self.paint, self.learn = PaintBox(self._viewer, EdgeBrushes()), LearnBox()
        self.panel, self.keep = FinetunePanel(), SaveBox(self.learn.network)
        parts = TrainingParts(self.paint, self.learn, self.panel, self.keep)
        self.training = FinetuneTraining(self._viewer, self._session, parts, self.panel, self)
        self.left_behind: LeftBehind = self.training.left_behind
        lay_out_in_column(self, (self.left_behind, self.paint, self.learn, self.panel, self.keep))
        self._attach()

    @property
    def run_in_progress(self) -> JobRun | None:
        """The job that runs now."""
        return self.training.run_in_progress

    def train(self) -> None:
        """Learn from the ticked strokes."""
        self.training.train()

    def go_to_next_place(self) -> None:
        """Look for the place where a stroke helps most, and fly there."""
        self.training.places.go()

    def check_strokes(self) -> None:
        """Find out whether the strokes can be learned at all."""
        self.training.check_strokes()

    def stop(self) -> None:
        """Keep the best so far; a second time: end the engine process at once."""
        self.training.stop()

    def _attach(self) -> None:
        super()._attach()
        self.training.follow(on=True)

    def _detach(self) -> None:
        self.training.follow(on=False)
        super()._detach()

    def _show_theme(self, _event: object = None) -> None:
        viewer = self._viewer
        self.panel.set_theme(text_colour(viewer), error_colour(viewer), bright=is_bright(viewer))
