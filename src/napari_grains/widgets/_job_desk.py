"""One job at a time: begun, followed and ended in the same way by all that trains and classifies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from qtpy.QtCore import QObject, Signal

from napari_grains.engine import TaskState
from napari_grains.events import Answer, Event, Notice, Preview, Progress, TrainingProgress
from napari_grains.widgets._job_run import Arguments, Ending, JobRun
from napari_grains.widgets._run_panel import TextLine
from napari_grains.widgets._session import Session
from napari_grains.widgets._source import Source


class Panel(Protocol):
    """A `RunPanel` with remarks."""

    remarks: TextLine

    def set_running(self) -> None:
        """Show that something runs."""

    def set_stopping(self) -> None:
        """Offer the hard way."""

    def set_progress(self, progress: Progress) -> None:
        """Show how far it has come."""

    def say(self, text: str, *, error: bool = False, details: str = "") -> None:
        """Show one line."""

    def remark(self, *texts: str) -> None:
        """Show what the user should know, in place of what was there."""


class JobDesk(QObject):
    """Runs jobs, and says in a panel how they go and what came of them.

    Parameters
    ----------
    session : Session
        Its engine does the work.
    panel : Panel
        Where everything is said.
    lock : callable
        Is told whether something runs, by ``on``.
    unchanged : str
        What is said where nothing came of a run.
    parent : QObject
        Lives as long as the dock.

    Attributes
    ----------
    run : JobRun or None
        What runs now.
    has_news : bool
        Whether the panel says what the last run came to; until something else is chosen.
    trained : Signal(TrainingProgress)
    previewed : Signal(Preview)
    answered : Signal(Answer)
    over : Signal(Ending)
        A run has ended, and what became of it was said.
    """

    trained = Signal(object)
    previewed = Signal(object)
    answered = Signal(object)
    over = Signal(object)

    def __init__(
        self,
        session: Session,
        panel: Panel,
        lock: Callable[..., None],
        *,
        unchanged: str,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._session, self._panel, self._lock, self._unchanged = session, panel, lock, unchanged
        self.run: JobRun | None = None
        self.has_news = False
        self._finish: Callable[[Ending], None] | None = None

    def begin(self, job: str, text: str, finish: Callable[[Ending], None]) -> JobRun:
        """Make a run of a job, whose end is told to ``finish``; it is to be started yet."""
        run = JobRun(self._session, job)
        run.heard.connect(self._hear)
        run.state_changed.connect(self._show_state)
        self.run, self._finish = run, finish
        self._lock(on=True)
        self._panel.set_running()
        self._panel.say(text)
        return run

    def start(self, run: JobRun, gather: Callable[[], Arguments], sources: Sequence[Source] = ()) -> None:
        """Start a run that was begun; others that listen to its end already hear of it first."""
        run.ended.connect(self._show_ending)
        run.start(gather, sources)

    def stop(self) -> None:
        """Keep what there is; a second time: end the engine process at once."""
        if self.run is not None:
            self.run.stop()
            self._panel.set_stopping()

    def say(self, text: str) -> None:
        """Say what a run brought."""
        self.has_news = True
        self._panel.say(text)

    def say_problem(self, problem: str) -> None:
        """Say what went wrong."""
        self.has_news = True
        text, details = self._session.short(problem), self._session.with_log(problem)
        self._panel.say(text, error=True, details=details)

    def remark(self, text: str) -> None:
        """Say one thing more that the user should know."""
        self._panel.remark(*filter(None, [*self._panel.remarks.text().split("\n"), text]))

    def _hear(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, TrainingProgress):
                self.trained.emit(event)
            if isinstance(event, Progress) and self.run is not None and not self.run.stopping:
                self._panel.set_progress(event)
            elif isinstance(event, Preview):
                self.previewed.emit(event)
            elif isinstance(event, Answer):
                self.answered.emit(event)
            elif isinstance(event, Notice):
                self.remark(event.message)

    def _show_state(self, state: TaskState) -> None:
        if state is TaskState.QUEUED:
            self._panel.say(self._session.waits_for)

    def _show_ending(self, ending: Ending) -> None:
        finish, self._finish = self._finish, None
        self.run, self.has_news = None, True
        self._lock(on=False)
        self._panel.say("" if ending.result is not None else self._unchanged)
        if ending.problem:
            self.say_problem(ending.problem)
        if finish is not None:
            finish(ending)
        self.over.emit(ending)
