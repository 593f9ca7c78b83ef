"""The dock in which a network learns from strokes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from napari.layers import Image, Labels
from napari.utils.theme import get_theme
from napari.viewer import Viewer
from qtpy.QtGui import QColor

from napari_grains.engine import TaskState
from napari_grains.errors import InputError
from napari_grains.events import Event, Notice, Preview, Progress, TrainingProgress
from napari_grains.widgets._dock import Dock, error_colour
from napari_grains.widgets._finetune_panel import FinetunePanel
from napari_grains.widgets._form import lay_out_in_column
from napari_grains.widgets._history_list import entry
from napari_grains.widgets._job_run import Ending, JobRun
from napari_grains.widgets._learn_box import LearnBox
from napari_grains.widgets._left_behind import LeftBehind
from napari_grains.widgets._live_view import LiveView
from napari_grains.widgets._next_place import NextPlace
from napari_grains.widgets._paint_box import PaintBox
from napari_grains.widgets._results import result_layer
from napari_grains.widgets._save_box import SaveBox
from napari_grains.widgets._session import DEVICE_TIP, session_of
from napari_grains.widgets._source import Source
from napari_grains.widgets._stroke_arguments import StrokeArguments
from napari_grains.widgets._stroke_keeper import StrokeKeeper
from napari_grains.widgets._stroke_layers import is_annotation
from napari_grains.widgets._stroke_pairs import StrokePair
from napari_grains.widgets._stroke_watch import StrokeWatch
from napari_grains.widgets._training_state import TrainingState
from napari_grains.widgets._watched import WatchedLayer


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
    run_in_progress : JobRun or None
        The job that runs now.
    """

    def __init__(self, napari_viewer: Viewer) -> None:
        super().__init__(napari_viewer)
        self._session = session_of(self._viewer)
        self.run_in_progress: JobRun | None = None
        self._finish: Callable[[Ending], None] | None = None
        self._live: LiveView | None = None
        self._state: TrainingState | None = None
        self._said_by_run = False
        self._errors: list[float] = []
        self._watch, self._next = StrokeWatch(self), NextPlace(self._viewer)
        self._keeper = StrokeKeeper(self._viewer, self)
        self.paint, self.learn, self.panel = PaintBox(self._viewer), LearnBox(), FinetunePanel()
        self.keep = SaveBox(self.learn.network)
        self._arguments = StrokeArguments(self._viewer, self.learn.network, self)
        self.left_behind = LeftBehind(self._keeper)
        lay_out_in_column(self, (self.left_behind, self.paint, self.learn, self.panel, self.keep))
        self._connect()
        self._attach()
        self._show_engine()

    def train(self) -> None:
        """Learn from the ticked strokes."""
        if not self._why_not() and self.run_in_progress is None:
            start = self.learn.network.model
            self._state = TrainingState.begin(start, [pair.image.name for pair in self.paint.pairs.ticked])
            self._train(resume=False)

    def resume(self, state: TrainingState, start: str) -> None:
        """Go on with a training that was interrupted."""
        self.learn.use(start)
        if (why_not := self._why_not()) or self.run_in_progress is not None:
            state.let_go()
            self.panel.say(why_not or "One job at a time: stop the one that runs first.")
            self.left_behind.look()
            return
        self._state = state
        self._train(resume=True)

    def go_to_next_place(self) -> None:
        """Look for the place where a stroke helps most, and fly there."""
        image = self.paint.image.layer
        if image is None or self._why_no_place() or self.run_in_progress is not None:
            return
        pair, index = self.paint.pairs.of(image), Source(image).current_slice(self._viewer)
        strokes = None if pair is None else pair.strokes
        gather = self._arguments.of_place(image, strokes, index, self._errors)
        run = self._begin("suggest", "Looking for doubtful places…", partial(self._show_place, image, index))
        run.start(gather, [Source(image)])

    def check_strokes(self) -> None:
        """Find out whether the strokes can be learned at all."""
        if self._why_not() or self.run_in_progress is not None:
            return
        pairs = self._pairs_in_order()
        run = self._begin("diagnose", "Trying to learn the strokes…", self._show_verdict)
        gather = self._arguments.of_pairs({"start": self.learn.network.model}, pairs)
        run.start(gather, [Source(pair.image) for pair in pairs])

    def stop(self) -> None:
        """Keep the best so far; a second time: end the engine process at once."""
        if self.run_in_progress is not None:
            self.run_in_progress.stop()
            self.panel.set_stopping()

    def _connect(self) -> None:
        self.paint.changed.connect(self._follow_strokes)
        self.paint.image_changed.connect(self._look_at_image)
        self.learn.changed.connect(self._check_anew)
        self.learn.revert.clicked.connect(self._forget_preview)
        self.keep.saved.connect(self._session.networks_changed)
        self.left_behind.answered.connect(self.left_behind.look)
        self.left_behind.training_wanted.connect(self.resume)
        self.left_behind.failed.connect(self._say_problem)
        self._watch.painted.connect(self._take_strokes)
        self._keeper.failed.connect(self._remark)
        self._session.changed.connect(self._show_engine)
        self._session.networks_changed.connect(self.learn.network.look_again)
        for button, slot in (
            (self.panel.run, self.train),
            (self.panel.stop, self.stop),
            (self.panel.place, self.go_to_next_place),
            (self.panel.check, self.check_strokes),
        ):
            button.clicked.connect(slot)
        self.learn.device.setToolTip(f"{DEVICE_TIP}\n{self._session.engine.log_path}")

    def _attach(self) -> None:
        super()._attach()
        self.paint.follow(on=True)
        self._follow_strokes()
        self._look_at_image()

    def _detach(self) -> None:
        self.paint.follow(on=False)
        self._watch.follow([])
        self._next.hide()
        super()._detach()
        if self.run_in_progress is not None and not self.run_in_progress.stopping:
            self.stop()

    def _train(self, *, resume: bool) -> None:
        pairs, state = self._pairs_in_order(), self._state
        self.panel.clear()
        run = self._begin("finetune", "Preparing…", partial(self._show_trained, pairs))
        if state is not None:  # also where the dock is gone before the training ends
            run.ended.connect(lambda ending: state.settle(well=ending.result is not None))
        run.ended.connect(self._show_ending)
        self._live = LiveView(self._viewer, run, pairs, pairs[0].image)
        how = {**self.learn.arguments(), **self._live.arguments(), "resume": resume}
        how["state"] = None if state is None else str(state.folder)
        run.start(self._arguments.of_pairs(how, pairs), [Source(pair.image) for pair in pairs])

    def _begin(self, job: str, text: str, finish: Callable[[Ending], None]) -> JobRun:
        run = JobRun(self._session, job)
        run.heard.connect(self._hear)
        run.state_changed.connect(self._show_state)
        if job != "finetune":
            run.ended.connect(self._show_ending)
        self.run_in_progress, self._finish = run, finish
        self.learn.set_running(on=True)
        self.panel.set_running()
        self.panel.say(text)
        return run

    def _pairs_in_order(self) -> list[StrokePair]:
        """Ticked pairs, that of the image which is looked at first."""
        chosen = self.paint.image.layer
        return sorted(self.paint.pairs.ticked, key=lambda pair: pair.image is not chosen)

    def _why_not(self) -> str:
        """Why nothing can be learned now, with what to do; empty if it can."""
        if problem := self.paint.problem():
            return problem
        if not self.paint.pairs.ticked:
            more = ", or tick a layer that is painted already" if self.paint.pairs.pairs else ""
            return f"Press “New strokes” and paint over what is wrong{more}."
        if not any(pair.is_painted for pair in self.paint.pairs.ticked):
            return "Paint a few strokes first: some on boundaries, some inside grains."
        return self.learn.network.read()[1]

    def _why_no_place(self) -> str:
        return self.paint.problem() or self.learn.network.read()[1]

    def _check(self) -> None:
        if self.run_in_progress is not None:
            return
        why_not = self._why_not()
        self.panel.offer(why_not, self._why_no_place())
        if not self._said_by_run:
            self.panel.say(why_not)

    def _check_anew(self) -> None:
        """Something else was chosen or painted: what the last run said is no longer news."""
        self._said_by_run = False
        self._check()

    def _follow_strokes(self) -> None:
        self._watch.follow([pair.strokes for pair in self.paint.pairs.pairs])
        self._check_anew()

    def _take_strokes(self, strokes: Labels) -> None:
        """Strokes were painted: keep them, learn from them, count them."""
        for pair in self.paint.pairs.pairs:
            if pair.strokes is strokes and is_annotation(strokes):
                self._keeper.keep(pair)
        if self._live is not None:
            self._live.repaint(strokes)
        self.paint.show_count()
        self._check_anew()

    def _look_at_image(self) -> None:
        image = self.paint.image.layer
        self._arguments.look_at(image)
        if self._live is not None:
            self._live.look_at(image)
        self.left_behind.look()
        self._check()

    def _forget_preview(self) -> None:
        """Take away what shows a network that was taken back; the last segmentation is seen again."""
        for pair in self.paint.pairs.pairs:
            WatchedLayer(self._viewer, pair.image).remove()
            if (segmented := result_layer(self._viewer, pair.image, "boundary")) is not None:
                segmented.visible = True

    def _hear(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, TrainingProgress) and self._live is not None:
                self.panel.show_training(event)
            if isinstance(event, Progress) and self.run_in_progress and not self.run_in_progress.stopping:
                self.panel.set_progress(event)
            elif isinstance(event, Preview) and self._live is not None:
                self._live.show(event)
            elif isinstance(event, Notice):
                self._remark(event.message)

    def _remark(self, text: str) -> None:
        self.panel.remark(*filter(None, [*self.panel.remarks.text().split("\n"), text]))

    def _show_state(self, state: TaskState) -> None:
        if state is TaskState.QUEUED:
            self.panel.say(self._session.waits_for)

    def _show_ending(self, ending: Ending) -> None:
        finish, self._finish = self._finish, None
        self.run_in_progress, self._live, self._said_by_run = None, None, True
        self.learn.set_running(on=False)
        if ending.problem:
            self._say_problem(ending.problem)
        elif ending.result is None:
            self.panel.say("Ended; the network is as it was before.")
        if finish is not None:
            finish(ending)
        self.left_behind.look()
        self._check()

    def _show_trained(self, pairs: list[StrokePair], ending: Ending) -> None:
        self._state = None
        if ending.result is None:
            return
        result, file = ending.result, Path(ending.result["network"])
        with suppress(InputError):  # where it cannot be read, choosing it says so
            self._arguments.learn_scales(pairs, file)
        if result["before"] is not None:
            self._errors = [*(self._errors or [result["before"]]), result["after"]]
        if result["kept"] == "trained":
            self.learn.put_in_place(file, entry(file))
        else:
            file.unlink(missing_ok=True)  # a copy of the network before
        self._say_verdict(result)

    def _show_place(self, image: Image, index: int, ending: Ending) -> None:
        if ending.result is not None:
            self._next.show(image, index, ending.result)
            self._say_verdict(ending.result)

    def _show_verdict(self, ending: Ending) -> None:
        if ending.result is not None:
            self._say_verdict(ending.result)

    def _say_verdict(self, result: Mapping[str, Any]) -> None:
        verdict, self._said_by_run = str(result["verdict"]), True
        self.panel.say(verdict[:1].upper() + verdict[1:])

    def _say_problem(self, problem: str) -> None:
        self._said_by_run = True
        self.panel.say(self._session.short(problem), error=True, details=self._session.with_log(problem))

    def _show_engine(self) -> None:
        self.learn.device.setText(self._session.device)

    def _show_theme(self, _event: object = None) -> None:
        theme = get_theme(self._viewer.theme)
        self.panel.set_error_colour(error_colour(self._viewer))
        background, text = theme.background.as_rgb_tuple()[:3], theme.text.as_rgb_tuple()[:3]
        self.panel.curves.set_theme(QColor(*map(int, text)), bright=sum(background) > sum(text))
