"""What is said while a run goes on: a bar in a terminal, short lines in a pipe, or events for a program."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Protocol, Self

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from napari_grains.events import Event, Notice
from napari_grains.events import Progress as Step

from ._json import one_line, to_json
from ._table import short_result


class Reporter(Protocol):
    """Told what happens while a run goes on."""

    def __enter__(self) -> Self:
        """Begin."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the terminal as it was."""

    def begin(self, number: int, total: int, name: str) -> None:
        """Input ``number`` (from 0) of ``total`` begins."""

    def event(self, event: Event) -> None:
        """Something happened to this input."""

    def end(self, entry: Mapping[str, Any]) -> None:
        """The input ended; ``entry`` is what stands about it in the run's summary."""  # noqa: D401


def reporter_for(*, as_json: bool) -> Reporter:
    """Choose the reporter that fits what the output goes to."""
    if as_json:
        return JsonReporter()
    return BarReporter() if sys.stderr.isatty() else LineReporter()


class _Silent:
    """A context with nothing to begin and nothing to end."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass


class JsonReporter(_Silent):
    """One JSON object per line on stdout."""

    def __init__(self) -> None:
        self._input = ""

    def begin(self, number: int, total: int, name: str) -> None:
        """Say which input begins."""
        self._input = name
        self._say("begin", number=number, total=total)

    def event(self, event: Event) -> None:
        """Pass progress and notices on."""
        if isinstance(event, Step):
            self._say("progress", done=event.done, total=event.total, message=event.message)
        elif isinstance(event, Notice):
            self._say("notice", message=event.message)

    def end(self, entry: Mapping[str, Any]) -> None:
        """Give the result or the error."""
        if entry["status"] == "done":
            self._say("result", **entry)
        else:
            self._say("error", message=entry["error"])

    def _say(self, kind: str, **values: object) -> None:
        say_json({"event": kind, "input": self._input} | values)


def say_json(value: Mapping[str, Any]) -> None:
    """Print an event at once: a program may be waiting for it."""
    typer.echo(to_json(value))
    sys.stdout.flush()


class LineReporter(_Silent):
    """A line on stderr per input, and the notices."""

    def __init__(self) -> None:
        self._head = ""

    def begin(self, number: int, total: int, name: str) -> None:
        """Remember which input the lines are about."""
        self._head = f"[{number + 1}/{total}] {name}: "

    def event(self, event: Event) -> None:
        """Show notices."""
        if isinstance(event, Notice):
            self._say(event.message)

    def end(self, entry: Mapping[str, Any]) -> None:
        """Show the result in a few words, or the error."""
        self._say(short_result(entry))

    def _say(self, text: str) -> None:
        typer.echo(self._head + one_line(text), err=True)


class BarReporter:
    """A bar on stderr for the input at hand, and lines above it as in `LineReporter`."""

    def __init__(self, console: Console | None = None) -> None:
        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
        )
        self._console = console or Console(stderr=True)
        times = (TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn())
        self._bar = Progress(*columns, *times, console=self._console, transient=True)
        self._task: TaskID | None = None
        self._head = ""

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def begin(self, number: int, total: int, name: str) -> None:
        """Begin a new bar."""
        if self._task is not None:
            self._bar.remove_task(self._task)
        self._head = f"[{number + 1}/{total}] {name}"
        self._task = self._bar.add_task(self._head, total=None)

    def event(self, event: Event) -> None:
        """Move the bar; show notices above it."""
        if isinstance(event, Notice):
            self._say(event.message)
        elif isinstance(event, Step) and self._task is not None:
            text = f"{self._head}: {event.message}" if event.message else self._head
            self._bar.update(self._task, description=text, completed=event.done, total=event.total or None)

    def end(self, entry: Mapping[str, Any]) -> None:
        """Show the result in a few words, or the error, above the bar."""
        self._say(short_result(entry))

    def _say(self, text: str) -> None:
        self._console.print(f"{self._head}: {one_line(text)}", markup=False, highlight=False, soft_wrap=True)
