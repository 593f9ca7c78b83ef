"""Training on strokes: begun, followed and ended the same way whatever is painted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from napari.layers import Image, Labels
from napari.viewer import Viewer
from qtpy.QtCore import QObject, Signal

from napari_grains.events import Answer, Preview, TrainingProgress
from napari_grains.widgets._finetune_panel import StrokePanel
from napari_grains.widgets._history_list import entry
from napari_grains.widgets._job_desk import JobDesk
from napari_grains.widgets._job_run import Arguments, Ending, JobRun
from napari_grains.widgets._learn_box import LearnBox
from napari_grains.widgets._left_behind import LeftBehind
from napari_grains.widgets._live_view import LiveView
from napari_grains.widgets._paint_box import PaintBox
from napari_grains.widgets._place_search import PlaceSearch
from napari_grains.widgets._save_box import SaveBox
from napari_grains.widgets._session import DEVICE_TIP, Session
from napari_grains.widgets._source import Array, Source
from napari_grains.widgets._stroke_arguments import StrokeArguments
from napari_grains.widgets._stroke_keeper import StrokeKeeper
from napari_grains.widgets._stroke_layers import is_annotation
from napari_grains.widgets._stroke_pairs import StrokePair
from napari_grains.widgets._stroke_watch import StrokeWatch
from napari_grains.widgets._training_state import EDGES, TrainingState
from napari_grains.widgets._watched import TRAINING, Look, WatchedLayer

_UNCHANGED: Final = "Ended; the network is as it was before."


@dataclass(frozen=True, eq=False)
class TrainingParts:
    """What a dock has in which something learns from strokes.

    Parameters
    ----------
    paint : PaintBox
    learn : LearnBox
    panel : StrokePanel
    keep : SaveBox
    """

    paint: PaintBox
    learn: LearnBox
    panel: StrokePanel
    keep: SaveBox


class StrokeTraining(QObject):
    """Learns from ticked strokes, one run at a time; subclasses say of what kind these are.

    Parameters
    ----------
    viewer : Viewer
        Where the strokes are.
    session : Session
        Its engine does the work.
    parts : TrainingParts
        Of the dock.
    parent : QObject
        The dock.

    Attributes
    ----------
    left_behind : LeftBehind
        Offers strokes and trainings that were interrupted.
    places : PlaceSearch
        Where to paint next.
    live : LiveView or None
        What is seen of a training that runs, and told to it.
    trained : Signal(mapping)
        What the job "finetune" returned, after the network was put in place.
    """

    kind = EDGES
    trained = Signal(object)

    def __init__(self, viewer: Viewer, session: Session, parts: TrainingParts, parent: QObject) -> None:
        super().__init__(parent)
        self._viewer, self._session, self.parts = viewer, session, parts
        self._desk = JobDesk(session, parts.panel, parts.learn.set_running, unchanged=_UNCHANGED, parent=self)
        self.live: LiveView | None = None
        self._state: TrainingState | None = None
        self._watch = StrokeWatch(self)
        self._keeper = StrokeKeeper(viewer, parts.paint.brush_box, self)
        self._arguments = StrokeArguments(viewer, parts.learn.network, self)
        self.left_behind = LeftBehind(self._keeper, self.kind)
        self.places = PlaceSearch(viewer, parts.paint, self)
        self._connect()
        self._show_engine()

    @property
    def run_in_progress(self) -> JobRun | None:
        """The job that runs now."""
        return self._desk.run

    def train(self) -> None:
        """Learn from the ticked strokes."""
        if not self.why_not() and self.run_in_progress is None:
            images = [pair.image.name for pair in self.parts.paint.pairs.ticked]
            self._state = TrainingState.begin(self.parts.learn.network.model, images, self.kind)
            self._train(resume=False)

    def resume(self, state: TrainingState, start: str) -> None:
        """Go on with a training that was interrupted."""
        self.parts.learn.use(start)
        if (why_not := self.why_not()) or self.run_in_progress is not None:
            state.let_go()
            self.parts.panel.say(why_not or "One job at a time: stop the one that runs first.")
            self.left_behind.look()
            return
        self._state = state
        self._train(resume=True)

    def stop(self) -> None:
        """Keep the best so far; a second time: end the engine process at once."""
        self._desk.stop()

    def begin(self, job: str, text: str, finish: Callable[[Ending], None]) -> JobRun:
        """Make a run of a job, whose end is shown and then told to ``finish``; it is to be started yet."""
        return self._desk.begin(job, text, finish)

    def follow(self, *, on: bool) -> None:
        """Begin or end to follow the viewer; a run is stopped in the end."""
        self.parts.paint.follow(on=on)
        if on:
            self._follow_strokes()
            self._look_at_image()
            return
        self.places.hide()
        self._watch.follow([])
        if self.run_in_progress is not None and not self.run_in_progress.stopping:
            self.stop()

    def why_not(self) -> str:
        """Why nothing can be learned now, with what to do; empty if it can."""
        paint = self.parts.paint
        if problem := paint.problem():
            return problem
        if not paint.pairs.ticked:
            more = ", or tick a layer that is painted already" if paint.pairs.pairs else ""
            return f"{self._invitation}{more}."
        if problem := self._why_too_little(paint.pairs.ticked):
            return problem
        return self.parts.learn.network.read()[1]

    def check(self) -> None:
        """Show what can be done now, and else why not."""
        if self.run_in_progress is not None:
            return
        why_not = self.why_not()
        self.parts.panel.offer(why_not, self.why_no_place(), *self._why_not_more(why_not))
        if not self._desk.has_news:
            self.parts.panel.say(why_not)

    def check_anew(self) -> None:
        """Something else was chosen or painted: what the last run said is no longer news."""
        self._desk.has_news = False
        self.check()

    def say(self, text: str) -> None:
        """Say what a run brought."""
        self._desk.say(text[:1].upper() + text[1:])

    def say_problem(self, problem: str) -> None:
        """Say what went wrong."""
        self._desk.say_problem(problem)

    def remark(self, text: str) -> None:
        """Say one thing more that the user should know."""
        self._desk.remark(text)

    def why_no_place(self) -> str:
        """Why no place to paint can be looked for; empty if one can."""
        return self.parts.paint.problem() or self.parts.learn.network.read()[1]

    # What differs

    _invitation = "Press “New strokes” and paint over what is wrong"

    def _why_too_little(self, pairs: Sequence[StrokePair]) -> str:
        """Why these strokes cannot be learned from; empty if they can."""
        raise NotImplementedError

    def _why_not_more(self, why_not: str) -> Sequence[str]:
        """Why the jobs of this panel alone cannot run, beside why nothing can be learned."""
        raise NotImplementedError

    def seen_with(self, image: Image) -> list[Image]:
        """Return the images that a network sees together, first the one that is painted on."""
        return [image]

    def place_arguments(
        self, image: Image, strokes: Labels | None, index: int, errors: Sequence[float]
    ) -> Callable[[], Arguments]:
        """Return what reads the arguments of the job "suggest"."""
        return self._arguments.of_place(image, strokes, index, errors)

    def _look(self) -> Look:
        """How a network in training is shown."""
        return TRAINING

    def _labels_of(self, pair: StrokePair) -> Array:
        """Return strokes as the job takes them."""
        return pair.labels()

    def _gather(self, how: Arguments, pairs: Sequence[StrokePair]) -> Callable[[], Arguments]:
        """Return what reads the arguments of the job."""
        return self._arguments.of_pairs(how, pairs)

    def _learn_from(self, result: Mapping[str, Any], pairs: Sequence[StrokePair]) -> None:
        """Take note of what came of a training; by default there is nothing to note."""

    # What is the same

    def _connect(self) -> None:
        paint, learn, panel, keep = self.parts.paint, self.parts.learn, self.parts.panel, self.parts.keep
        paint.changed.connect(self._follow_strokes)
        paint.image_changed.connect(self._look_at_image)
        learn.changed.connect(self.check_anew)
        learn.revert.clicked.connect(self._forget_preview)
        learn.device.setToolTip(f"{DEVICE_TIP}\n{self._session.engine.log_path}")
        keep.saved.connect(self._session.networks_changed)
        panel.run.clicked.connect(self.train)
        panel.stop.clicked.connect(self.stop)
        panel.place.clicked.connect(self.places.go)
        self.left_behind.answered.connect(self.left_behind.look)
        self.left_behind.training_wanted.connect(self.resume)
        self.left_behind.failed.connect(self.say_problem)
        self._watch.painted.connect(self._take_strokes)
        self._watch.painting.connect(self._session.engine.give_way)
        self._keeper.failed.connect(self.remark)
        self._desk.trained.connect(self._show_progress)
        self._desk.previewed.connect(self._show_preview)
        self._desk.answered.connect(self._show_answer)
        self._desk.over.connect(self._show_over)
        self._session.changed.connect(self._show_engine)
        self._session.networks_changed.connect(learn.network.look_again)

    def _train(self, *, resume: bool) -> None:
        pairs, state = self._pairs_in_order(), self._state
        self.parts.panel.clear()
        run = self.begin("finetune", "Preparing…", partial(self._show_trained, pairs))
        if state is not None:  # also where the dock is gone before the training ends
            run.ended.connect(lambda ending: state.settle(well=ending.result is not None))
        self.parts.panel.set_training()
        self.live = LiveView(self._viewer, run, pairs, pairs[0].image, self._look(), self._labels_of)
        how = {**self.parts.learn.arguments(), **self.live.arguments(), "resume": resume}
        how["state"] = None if state is None else str(state.folder)
        self.start(run, self._gather(how, pairs), [pair.image for pair in pairs])

    def start(self, run: JobRun, gather: Callable[[], Arguments], images: Sequence[Any]) -> None:
        """Start a run that was begun; its end is shown."""
        self._desk.start(run, gather, [Source(image) for image in images])

    def _pairs_in_order(self) -> list[StrokePair]:
        """Ticked pairs, that of the image which is looked at first."""
        chosen = self.parts.paint.image.layer
        return sorted(self.parts.paint.pairs.ticked, key=lambda pair: pair.image is not chosen)

    def _follow_strokes(self) -> None:
        self._watch.follow([pair.strokes for pair in self.parts.paint.pairs.pairs])
        self.check_anew()

    def _take_strokes(self, strokes: Labels) -> None:
        """Strokes were painted: keep them, learn from them, count them."""
        self._keep_strokes(strokes)
        if self.live is not None:
            self.live.repaint(strokes)
        self.parts.paint.show_count()
        self.check_anew()

    def _keep_strokes(self, *layers: Labels) -> None:
        for pair in self.parts.paint.pairs.pairs:
            if pair.strokes in layers and is_annotation(pair.strokes):
                self._keeper.keep(pair)

    def _look_at_image(self) -> None:
        image = self.parts.paint.image.layer
        self._arguments.look_at(image)
        if self.live is not None:
            self.live.look_at(image)
        self.left_behind.look()
        self.check()

    def _forget_preview(self) -> None:
        """Take away what shows a network that was taken back; the last result is seen again."""
        for pair in self.parts.paint.pairs.pairs:
            watched = WatchedLayer(self._viewer, pair.image, self._look())
            watched.remove()
            if (result := watched.result) is not None:
                result.visible = True

    def _show_progress(self, progress: TrainingProgress) -> None:
        if self.live is not None:
            self.parts.panel.show_training(progress)

    def _show_preview(self, preview: Preview) -> None:
        if self.live is not None:
            self.live.show(preview)

    def _show_answer(self, answer: Answer) -> None:
        if self.live is not None:
            self.places.take(answer, self.live)

    def _show_over(self, _ending: Ending) -> None:
        self.live = None
        self.left_behind.look()
        self.check()

    def _show_trained(self, pairs: list[StrokePair], ending: Ending) -> None:
        self._state = None
        if ending.result is None:
            return
        result, file = ending.result, Path(ending.result["network"])
        self.places.learn(result)
        self._learn_from(result, pairs)
        if result["kept"] == "trained":
            self.parts.learn.put_in_place(file, entry(file))
        else:
            file.unlink(missing_ok=True)  # a copy of the network before
        self.trained.emit(result)
        self.say(str(result["verdict"]))

    def _show_engine(self) -> None:
        self.parts.learn.device.setText(self._session.device)
