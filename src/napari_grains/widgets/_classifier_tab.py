"""What the tabs that train and use a classifier have in common: the jobs, and what is shown of them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Collection, Sequence
from functools import partial
from pathlib import Path
from typing import Final

import lazy_loader
import numpy as np
from napari.layers import Image
from napari.viewer import Viewer
from qtpy.QtCore import QTimer, Signal
from qtpy.QtWidgets import QVBoxLayout, QWidget

from napari_grains.errors import InputError
from napari_grains.images import Origin
from napari_grains.widgets._activation import Activation
from napari_grains.widgets._answers import Answer, Place, table_of
from napari_grains.widgets._camera import fly_to
from napari_grains.widgets._classifier_box import ClassifierBox
from napari_grains.widgets._classifier_jobs import Task, held_out_answers
from napari_grains.widgets._classifier_panel import ClassifierPanel
from napari_grains.widgets._classifier_views import ClassifierViews
from napari_grains.widgets._dock import is_bright, text_colour
from napari_grains.widgets._form import reveal
from napari_grains.widgets._job_desk import JobDesk
from napari_grains.widgets._job_run import Arguments, Ending, JobRun
from napari_grains.widgets._opened_example import OpenedExample
from napari_grains.widgets._score_text import scores_of_card, trained_text
from napari_grains.widgets._session import DEVICE_TIP, Session
from napari_grains.widgets._source import Source
from napari_grains.widgets._table_file import ask_for_csv, suggested_csv, write_csv

pd = lazy_loader.load("pandas")  # it takes longer to import than the dock may take to open

_UNCHANGED: Final = "Ended; everything is as it was before."


class ClassifierTab(QWidget):
    """Train a classifier on examples, classify with it, and see what it is worth.

    A tab calls `_finish_layout` at the end of its constructor.

    Parameters
    ----------
    viewer : Viewer
        Where the layers are.
    session : Session
        Its engine does the work.
    tasks : collection of str
        What classifiers of the tab are for.
    name, classify_tip : str
        Name of the classifier at first, and tooltip of the button Classify.

    Attributes
    ----------
    learn : ClassifierBox
    panel : ClassifierPanel
    views : ClassifierViews
    changed : Signal
        Something else is chosen, or a job has ended.
    """

    changed = Signal()

    def __init__(
        self, viewer: Viewer, session: Session, *, tasks: Collection[str], name: str, classify_tip: str
    ) -> None:
        super().__init__()
        self._viewer, self._session = viewer, session
        self._image: Image | None = None
        self._shown_model = ""
        self._confirmed, self._own = "", set[str]()
        self._folder: Path | None = None
        self.learn, self.panel = ClassifierBox(tasks, name), ClassifierPanel(classify_tip)
        self._desk = JobDesk(session, self.panel, self.learn.set_running, unchanged=_UNCHANGED, parent=self)
        self.views, self._activation = ClassifierViews(viewer), Activation(viewer)
        self._opened, self._laid_out = OpenedExample(viewer), QTimer(self)
        self._laid_out.setSingleShot(True)
        self._laid_out.timeout.connect(partial(reveal, self.views))

    @property
    def run_in_progress(self) -> JobRun | None:
        """What runs now."""
        return self._desk.run

    def show_image(self, layer: Image | None) -> None:
        """Take another image, None for none."""
        if layer is not self._image:
            self._image = layer
            self._check_anew()

    def follow(self, *, on: bool) -> None:
        """Begin or end to follow the viewer; a run goes on and is heard of again."""
        if on:
            self._show_engine()
            self.learn.classifier.refresh()
            self._check()
        else:
            self._activation.let_go()

    def error_colour(self, colour: str) -> None:
        """Choose the colour of errors, which depends on the theme, and redraw what else does."""
        self.panel.set_error_colour(colour)
        self.views.curves.set_theme(text_colour(self._viewer), bright=is_bright(self._viewer))
        self.views.show_theme()

    def train(self) -> None:
        """Learn from the examples; a network of that name is replaced only with a second press."""
        if self._why_not_train() or self.run_in_progress is not None:
            return
        name = self.learn.classifier_name
        if self.learn.replaces and name not in self._own and self._confirmed != name:
            self._confirmed = name
            self._check()
            self.panel.say(f"“{name}” exists already: press “Replace it”, or change the name.")
            return
        task, how = self._training(), self.learn.arguments()
        self.views.show_training()
        self._laid_out.start()
        finish, everything = partial(self._show_trained, task), lambda: {**how, **task.gather()}
        self._run("train_classifier", "Preparing…", finish, everything, task.sources)

    def classify(self) -> None:
        """Classify what is chosen."""
        if self._why_not_classify() or self.run_in_progress is not None:
            return
        job, task, finish = self._classifying()
        self._activation.remove()  # it was of an answer of another classifier, perhaps
        model = self.learn.classifier.model
        self._run(job, "Preparing…", finish, lambda: {"model": model, **task.gather()}, task.sources)

    def explain(self) -> None:
        """Show what in the selected example speaks for its class."""
        answer = self.views.answers.chosen
        if answer is None or self.run_in_progress is not None:
            return
        place = answer.place if answer.place.origin is None else self._open(answer.place.origin)
        if place is None:
            return
        task, model = self._explaining(place), self.learn.classifier.model
        if task is None or not model:
            self.panel.say("This example is in no layer: its activation cannot be shown.")
            return
        wanted = answer.ranking[0][0] if answer.ranking else None
        finish = partial(self._show_activation, place)
        asked: dict[str, object] = {"model": model, "class_name": wanted}
        self._run(
            "explain", "Looking at the example…", finish, lambda: {**asked, **task.gather()}, task.sources
        )

    def stop(self) -> None:
        """Keep what there is; a second time: end the engine process at once."""
        self._desk.stop()

    def export(self) -> None:
        """Ask for a file and write all answers."""
        answers = self.views.answers.model_of_answers.answers
        layer = answers[0].place.layer or self._image
        anywhere = (self._folder or Path.cwd()) / "classes.csv"
        path = ask_for_csv(self, anywhere if layer is None else suggested_csv(layer, self._folder))
        if path is not None:
            self._write(path, answers)

    @abstractmethod
    def _why_no_examples(self) -> str:
        """Why nothing can be learned, with what to do; empty if it can."""

    @abstractmethod
    def _why_nothing_to_classify(self) -> str:
        """Why nothing can be classified, with what to do; empty if it can."""

    @abstractmethod
    def _training(self) -> Task:
        """Examples, as the job "train_classifier" takes them."""

    @abstractmethod
    def _classifying(self) -> tuple[str, Task, Callable[[Ending], None]]:
        """Job that classifies, what it is given, and what is done with its result."""

    @abstractmethod
    def _explaining(self, place: Place) -> Task | None:
        """Arguments of the job "explain" for an example; None if it lies nowhere."""

    def _finish_layout(self, *parts: QWidget) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 6, 0, 0)
        layout.setSpacing(6)
        for part in (*parts, self.views):
            layout.addWidget(part)
        layout.addStretch()
        self.learn.changed.connect(self._check_anew)
        self.panel.run.clicked.connect(self.train)
        self.panel.classify.clicked.connect(self.classify)
        self.panel.stop.clicked.connect(self.stop)
        self._desk.trained.connect(self.views.add)
        self._desk.over.connect(self._show_over)
        self.views.explain.clicked.connect(self.explain)
        self.views.export.clicked.connect(self.export)
        self.views.answers.visited.connect(self._visit)
        self.views.filters_wanted.connect(self._read_filters)
        self.views.kind.activated.connect(lambda *_: self._laid_out.start())
        self._session.changed.connect(self._show_engine)
        self._session.networks_changed.connect(self.learn.classifier.refresh)
        self.learn.device.setToolTip(f"{DEVICE_TIP}\n{self._session.engine.log_path}")
        self._check()

    def _why_not_train(self) -> str:
        return self._why_no_examples() or self.learn.problem()

    def _why_not_classify(self) -> str:
        return self.learn.classifier.read()[1] or self._why_nothing_to_classify()

    def _check_anew(self, *_: object) -> None:
        """Something else was chosen or given: what the last run said is no longer news."""
        self._desk.has_news = False
        if self._confirmed != self.learn.classifier_name:
            self._confirmed = ""
        self._check()
        self.changed.emit()

    def _look_again(self) -> None:
        """Layers have changed, perhaps by a run: what that said is news, unless something is missing."""
        self._check()
        self.changed.emit()

    def _check(self) -> None:
        self._show_classifier()
        if self.run_in_progress is not None:
            return
        why_not = self._why_not_train()
        self.panel.offer(why_not, self._why_not_classify(), replaces=bool(self._confirmed))
        if why_not or not self._desk.has_news:
            self._desk.has_news = False
            self.panel.say(why_not)

    def _show_classifier(self) -> None:
        """Show the scores on the card of the classifier, where it is another one than before."""
        model = self.learn.classifier.model
        if model == self._shown_model:
            return
        self._shown_model = model
        card, problem = self.learn.classifier.read()
        if problem:
            self.views.clear_scores()
        else:
            self.views.show_scores(*scores_of_card(card))

    def _run(
        self,
        job: str,
        text: str,
        finish: Callable[[Ending], None],
        gather: Callable[[], Arguments],
        sources: Sequence[Source] = (),
    ) -> None:
        self.panel.remark()
        run = self._desk.begin(job, text, partial(self._take_result, finish))
        self._desk.start(run, gather, sources)

    def _take_result(self, finish: Callable[[Ending], None], ending: Ending) -> None:
        if ending.result is not None:
            finish(ending)
            self._laid_out.start()

    def _show_over(self, _ending: Ending) -> None:
        self._check()
        self.changed.emit()

    def _show_trained(self, task: Task, ending: Ending) -> None:
        result = ending.result or {}
        self._own.add(str(result["name"]))
        self._confirmed = ""
        self.learn.classifier.use(Path(result["network"]))
        self._shown_model = self.learn.classifier.model
        self.views.show_scores(result["scores"], result["why_not"])
        self.views.show_trained(held_out_answers(result, task))
        self._session.networks_changed.emit()
        self.panel.remark()  # what was not estimated is said with the scores
        self._desk.say(trained_text(result))

    def _show_activation(self, place: Place, ending: Ending) -> None:
        result = ending.result or {}
        text = f"{result['class']} in {place.text}"
        self._activation.show(place, np.asarray(result["map"], np.float32), text)
        self._desk.say(f"Shown: what speaks for {text} (probability {float(result['probability']):.2f}).")

    def _read_filters(self) -> None:
        if self.run_in_progress is not None or self.learn.classifier.read()[1]:
            return
        model = self.learn.classifier.model
        self._run("filters", "Reading the filters…", self._show_filters, lambda: {"model": model})

    def _show_filters(self, ending: Ending) -> None:
        if ending.result is not None:
            self.views.show_filters(np.asarray(ending.result["filters"], np.float32))

    def _visit(self, answer: Answer) -> None:
        place = answer.place
        if place.origin is not None:
            self._open(place.origin)
        elif place.layer is not None and place.layer in self._viewer.layers:
            fly_to(self._viewer, place.layer, place.position, place.extent)

    def _open(self, origin: Origin) -> Place | None:
        """Show an example of a file in the viewer, and say where; None if it cannot be read any more."""
        try:
            place = self._opened.show(origin, self._image)
        except InputError as error:
            self._desk.say_problem(str(error))
            return None
        if place.layer is not None:
            fly_to(self._viewer, place.layer, place.position, place.extent)
        return place

    def _write(self, path: Path, answers: Sequence[Answer]) -> None:
        try:
            write_csv(path, pd.DataFrame(table_of(answers)))
        except InputError as error:
            self._desk.say_problem(str(error))
        else:
            self._folder = path.parent
            self.panel.say(f"Exported: {path.name}.", details=str(path))

    def _show_engine(self) -> None:
        self.learn.device.setText(self._session.device)
