"""What is said while a network is trained: a bar with the losses, lines in a pipe, or events."""

from __future__ import annotations

import math
import sys
import time
from typing import Any, Protocol, Self

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from napari_grains.events import Event, Notice, TrainingProgress
from napari_grains.events import Progress as Step

from ._json import one_line
from ._reporters import say_json

_LINE_SECONDS = 30.0


class TrainingReporter(Protocol):
    """Told what happens in a training."""

    def __enter__(self) -> Self:
        """Begin."""

    def __exit__(self, *_: object) -> None:
        """Leave the terminal as it was."""

    def event(self, event: Event) -> None:
        """Something happened."""


def training_reporter(*, as_json: bool) -> TrainingReporter:
    """Choose the reporter that fits what the output goes to."""
    if as_json:
        return JsonTraining()
    return BarTraining() if sys.stderr.isatty() else LineTraining()


def figures(event: TrainingProgress) -> str:
    """Losses in a few words."""
    parts = [] if math.isnan(event.loss) else [f"loss {event.loss:.4f}"]
    parts += [] if event.validation is None else [f"validation {event.validation:.4f}"]
    parts += [] if event.real is None else [f"real images: adapted Rand error {event.real:.3f}"]
    return ", ".join(parts)


class _Silent:
    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass


class JsonTraining(_Silent):
    """One JSON object per line on stdout, about one a second."""

    def __init__(self) -> None:
        self._doing = ""

    def event(self, event: Event) -> None:
        """Pass on losses, notices, and what is done besides training."""
        if isinstance(event, Notice):
            say_json({"event": "notice", "input": None, "message": event.message})
        elif isinstance(event, TrainingProgress):
            losses = {"loss": event.loss, "validation": event.validation, "real": event.real}
            self._say(event, losses)
        elif isinstance(event, Step) and event.message not in (self._doing, "training"):
            self._say(event, {})

    def _say(self, event: Step, losses: dict[str, Any]) -> None:
        self._doing = event.message
        counts = {"done": event.done, "total": event.total, "message": event.message}
        say_json({"event": "progress", "input": None} | counts | losses)


class LineTraining(_Silent):
    """A line on stderr now and then, and whenever the network was validated."""

    def __init__(self) -> None:
        self._last = -math.inf

    def event(self, event: Event) -> None:
        """Show losses and notices."""
        if isinstance(event, Notice):
            typer.echo(one_line(event.message), err=True)
        elif isinstance(event, TrainingProgress) and self._is_time(event):
            typer.echo(f"step {event.done} of {event.total}: {figures(event)}", err=True)

    def _is_time(self, event: TrainingProgress) -> bool:
        now = time.monotonic()
        if event.validation is None and now - self._last < _LINE_SECONDS:
            return False
        self._last = now
        return True


class BarTraining:
    """A bar on stderr with the loss and the time left; validations stay as lines above it."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True)
        self._bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TextColumn("{task.completed:.0f} of {task.total:.0f} steps"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=self._console,
            transient=True,
        )
        self._task = self._bar.add_task("starting", total=0)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def event(self, event: Event) -> None:
        """Move the bar; show validations and notices above it."""
        if isinstance(event, Notice):
            self._say(event.message)
        elif isinstance(event, TrainingProgress):
            if event.validation is not None:
                self._say(f"step {event.done}: {figures(event)}")
            self._show(event, f"training: loss {event.loss:.4f}")
        elif isinstance(event, Step) and event.message != "training":
            self._show(event, event.message)

    def _show(self, event: Step, text: str) -> None:
        self._bar.update(self._task, description=text, completed=event.done, total=event.total)

    def _say(self, text: str) -> None:
        self._console.print(one_line(text), markup=False, highlight=False, soft_wrap=True)
