"""The dock that trains networks on synthetic micrographs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from napari.layers import Image
from napari.utils.theme import get_theme
from napari.viewer import Viewer
from qtpy.QtGui import QColor

from napari_grains.engine import TaskState
from napari_grains.events import Event, Notice, Preview, Progress, TrainingProgress
from napari_grains.synthesis import Recipe
from napari_grains.widgets._dock import Dock, error_colour
from napari_grains.widgets._form import lay_out_in_column
from napari_grains.widgets._inspection import Inspector
from napari_grains.widgets._job_run import Arguments, Ending, JobRun
from napari_grains.widgets._match_box import MatchBox, info_bar_of
from napari_grains.widgets._preview_field import PreviewField
from napari_grains.widgets._recipe_box import RecipeBox
from napari_grains.widgets._session import DEVICE_TIP, session_of
from napari_grains.widgets._source import Source, grey_slice
from napari_grains.widgets._training_box import TrainingBox
from napari_grains.widgets._training_panel import TrainingPanel
from napari_grains.widgets._training_text import saved
from napari_grains.widgets._watched import WatchedLayer


class PretrainDock(Dock):
    """Say what micrographs look like, see synthetic ones, and train a network on them.

    Parameters
    ----------
    napari_viewer : napari.viewer.Viewer
        Its engine starts with its first dock.

    Attributes
    ----------
    recipe : RecipeBox
        What the synthetic micrographs look like.
    preview : PreviewField
        One of them, live.
    match : MatchBox
        Takes the recipe from an image.
    training : TrainingBox
        How a network is trained.
    panel : TrainingPanel
        Train, Resume, Stop, progress, curves.
    run_in_progress : JobRun or None
        The training that runs now.
    """

    def __init__(self, napari_viewer: Viewer) -> None:
        super().__init__(napari_viewer)
        self._session = session_of(self._viewer)
        self._inspector = Inspector(self)
        self.run_in_progress: JobRun | None = None
        self._watched: WatchedLayer | None = None
        self._said_by_run = False
        self._confirmed = self._drawn = ""
        self.recipe, self.preview = RecipeBox(), PreviewField(self._viewer)
        self.match = MatchBox(self._viewer, self._session, self._inspector)
        self.training, self.panel = TrainingBox(self._viewer), TrainingPanel()
        self.preview.show_recipe(self.recipe.recipe)
        lay_out_in_column(self, (self.match, self.recipe, self.preview, self.training, self.panel))
        self._connect()
        self._attach()
        self._show_engine()

    def train(self) -> None:
        """Train anew; a network of that name is replaced only with a second press."""
        name = self.training.network_name
        if self._why_not() or self.run_in_progress is not None:
            return
        if self.training.network_file.exists() and self._confirmed != name:
            self._confirmed = name
            self._check()
            self.panel.say(
                f"“{name}” exists already: press “Replace it” to train it anew, or change the name."
            )
            return
        self._begin(resume=False)

    def resume(self) -> None:
        """Go on with the training of the name, where there is one."""
        if not self._why_not() and self.run_in_progress is None and self.training.state_file.exists():
            self._begin(resume=True)

    def stop(self) -> None:
        """Save what has been learned; a second time: end the engine process at once."""
        if self.run_in_progress is not None:
            self.run_in_progress.stop()
            self.panel.set_stopping()

    def _connect(self) -> None:
        self.recipe.changed.connect(self._show_recipe)
        self.preview.failed.connect(self.recipe.say)
        self.match.matched.connect(self._take_match)
        self.match.changed.connect(self._check)
        self.training.changed.connect(self._forget_confirmation)
        self.training.watch.layer_changed.connect(self._look_at_watched)
        self.panel.run.clicked.connect(self.train)
        self.panel.resume.clicked.connect(self.resume)
        self.panel.stop.clicked.connect(self.stop)
        self._session.changed.connect(self._show_engine)
        self._session.networks_changed.connect(self.training.start.look_again)
        self.training.device.setToolTip(f"{DEVICE_TIP}\n{self._session.engine.log_path}")

    def _attach(self) -> None:
        super()._attach()
        for part in (self.match, self.training, self.preview):
            part.follow(on=True)
        self._check()

    def _detach(self) -> None:
        for part in (self.match, self.training, self.preview):
            part.follow(on=False)
        super()._detach()
        if self.run_in_progress is not None and not self.run_in_progress.stopping:
            self.stop()

    def _begin(self, *, resume: bool) -> None:
        name, watched = self.training.network_name, self.training.watch.layer
        self._watched = None if watched is None else WatchedLayer(self._viewer, watched)
        if not resume or self._drawn != name:
            self.panel.curves.clear()
        self._drawn, self._confirmed = name, ""
        self.run_in_progress = self._new_run()
        self.panel.remark()
        self.panel.set_running()
        self.panel.say("Preparing…")
        sources = self.training.pair.sources() + ([] if watched is None else [Source(watched)])
        self.run_in_progress.start(self._gatherer(watched, resume=resume), sources)

    def _new_run(self) -> JobRun:
        run = JobRun(self._session, "pretrain")
        run.heard.connect(self._hear)
        run.state_changed.connect(self._show_state)
        run.ended.connect(self._show_ending)
        session = self._session  # lists look again also where this dock is gone
        run.ended.connect(lambda _: session.networks_changed.emit())
        return run

    def _gatherer(self, watched: Image | None, *, resume: bool) -> Callable[[], Arguments]:
        """Return what reads the arguments of the job; it may be called in a thread."""
        settings, pairs = self._settings(resume=resume), self.training.pair.pairs
        if watched is None:
            return lambda: {**settings, "validate": pairs()}
        source = Source(watched)
        index = source.current_slice(self._viewer)
        settings["watch_leave_out"] = info_bar_of(self._inspector, watched)
        return lambda: {**settings, "validate": pairs(), "watch": grey_slice(source, index)}

    def _settings(self, *, resume: bool) -> dict[str, Any]:
        """Arguments of the job; a training that goes on does so with the recipe and the length it had."""
        if resume:
            return {"name": self.training.network_name, "resume": True}
        return {"recipe": self.recipe.recipe.to_dict(), **self.training.arguments()}

    def _why_not(self) -> str:
        """Why nothing can be trained now, with what to do; empty if it can."""
        if self.match.run_in_progress is not None:
            return "The image is being measured."
        return self.training.problem()

    def _check(self) -> None:
        if self.run_in_progress is not None:
            return
        name, why_not = self.training.network_name, self._why_not()
        self.panel.offer(
            name,
            why_not=why_not,
            resumable=self.training.state_file.exists(),
            replaces=bool(name) and self._confirmed == name,
        )
        if why_not or not self._said_by_run:
            self._said_by_run = False
            self.panel.say(why_not)

    def _forget_confirmation(self) -> None:
        self._confirmed = ""
        self._check()

    def _show_recipe(self) -> None:
        self.preview.show_recipe(self.recipe.recipe, begin=True)

    def _take_match(self, image: Image, result: Mapping[str, Any]) -> None:
        self.recipe.show_recipe(Recipe.from_dict(result["recipe"]), f"Matched to “{image.name}”")
        self.preview.compare(image, result["sample"], result["scale"])
        self.preview.show_recipe(self.recipe.recipe)
        if self.training.watch.layer is None:
            self.training.watch.layer = image

    def _look_at_watched(self) -> None:
        layer = self.training.watch.layer
        if layer is not None and Source(layer).problem() is None:
            self._inspector.look_at(layer)

    def _hear(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, TrainingProgress):
                self.panel.curves.add(event)
            if isinstance(event, Progress) and self.run_in_progress and not self.run_in_progress.stopping:
                self.panel.set_progress(event)
            elif isinstance(event, Preview) and event.name == "prediction" and self._watched is not None:
                self._watched.show(event.array)
            elif isinstance(event, Notice):
                self.panel.remark(*filter(None, [self.panel.remarks.text(), event.message]))

    def _show_state(self, state: TaskState) -> None:
        if state is TaskState.QUEUED:
            self.panel.say(self._session.waits_for)

    def _show_ending(self, ending: Ending) -> None:
        self.run_in_progress, self._watched, self._said_by_run = None, None, True
        resumable = self.training.state_file.exists()
        if ending.result is not None:
            text, details = saved(ending.result)
            self.panel.say(text, details=details)
        else:
            text = self._session.short(ending.problem) or "Ended at once: nothing more was saved."
            details = self._session.with_log(ending.problem)
            more = ". Resume goes on from what was saved last." if resumable else ""
            self.panel.say(
                text.rstrip("." if more else "") + more,
                error=bool(ending.problem),
                details=details if ending.problem else "",
            )
        self._check()

    def _show_engine(self) -> None:
        self.training.device.setText(self._session.device)

    def _show_theme(self, _event: object = None) -> None:
        theme, error = get_theme(self._viewer.theme), error_colour(self._viewer)
        self.panel.set_error_colour(error)
        self.match.set_error_colour(error)
        background, text = theme.background.as_rgb_tuple()[:3], theme.text.as_rgb_tuple()[:3]
        self.panel.curves.set_theme(QColor(*map(int, text)), bright=sum(background) > sum(text))
