"""Run, Stop, progress with time left, and one line of text: the same for every long job."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QGridLayout, QLabel, QProgressBar, QPushButton, QSizePolicy, QWidget

from napari_grains.events import Progress


class TimeLeft:
    """Time left as text, from the share that was done since the first call.

    Parameters
    ----------
    clock : callable
        Seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began: tuple[float, float] | None = None

    def __call__(self, progress: Progress) -> str:
        """Return a text such as ``"about 12 s left"``; empty while nothing can be said."""
        if progress.total <= 0:
            return ""
        share = progress.done / progress.total
        if self._began is None:
            self._began = self._clock(), share
        elapsed, gained = self._clock() - self._began[0], share - self._began[1]
        if elapsed < 1 or gained < 0.02 or share >= 1:
            return ""
        return f"about {duration(elapsed * (1 - share) / gained)} left"


def duration(seconds: float) -> str:
    """Return seconds as a rough text: ``"12 s"``, ``"3 min"``, ``"1 h 20 min"``."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


class TextLine(QLabel):
    """Text that wraps and never widens its dock."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)


@dataclass(frozen=True)
class Words:
    """What the buttons say.

    Parameters
    ----------
    run : str
        Text of the first button.
    run_tip, running_tip, stop_tip, stop_now_tip, stopping : str
        Its tooltips, those of Stop and Stop now, and what is said while a run is being stopped.
    """

    run: str = "Run"
    run_tip: str = "Segment the image: boundaries, grains, grain size (Ctrl+Return)"
    running_tip: str = "A run is under way"
    stop_tip: str = "Stop and keep the slices that are finished (Ctrl+Shift+Return)"
    stop_now_tip: str = "Do not wait: end the engine process; layers stay as they were"
    stopping: str = "Stopping after this step…"


class RunPanel(QWidget):
    """Buttons, bar and message.

    Parameters
    ----------
    words : Words
        What the buttons say.

    Attributes
    ----------
    run, stop : QPushButton
        To connect to.
    bar : QProgressBar
        Shown while something runs.
    message : QLabel
        What is going on, why Run is disabled, or what went wrong.
    """

    def __init__(self, parent: QWidget | None = None, words: Words | None = None) -> None:
        super().__init__(parent)
        self._words = words or Words()
        self.run, self.stop = QPushButton(self._words.run), QPushButton("Stop")
        self.bar, self.message = QProgressBar(), TextLine()
        self._time_left = TimeLeft()
        self._error_colour = "#ff8a80"
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.run, 0, 0)
        layout.addWidget(self.stop, 0, 1)
        layout.addWidget(self.bar, 1, 0, 1, 2)
        layout.addWidget(self.message, 2, 0, 1, 2)
        self.set_idle("")

    def set_error_colour(self, colour: str) -> None:
        """Choose the colour of errors, which depends on the theme."""
        self._error_colour = colour
        if self.message.styleSheet():
            self._colour_message(error=True)

    def set_idle(self, why_not: str) -> None:
        """Wait for a run; it is disabled while there is a reason why not."""
        self.run.setEnabled(not why_not)
        self.run.setToolTip(why_not or self._words.run_tip)
        self.stop.setEnabled(False)
        self.stop.setText("Stop")
        self.stop.setToolTip("Nothing is running")
        self.bar.hide()

    def set_running(self) -> None:
        """Show that something runs; how far is not known yet."""
        self._time_left = TimeLeft()
        self.run.setEnabled(False)
        self.run.setToolTip(self._words.running_tip)
        self.stop.setEnabled(True)
        self.stop.setToolTip(self._words.stop_tip)
        self.bar.setRange(0, 0)
        self.bar.show()

    def set_stopping(self) -> None:
        """Offer the hard way."""
        self.stop.setText("Stop now")
        self.stop.setToolTip(self._words.stop_now_tip)
        self.say(self._words.stopping)

    def set_progress(self, progress: Progress) -> None:
        """Show how far it has come."""
        self.bar.setRange(0, progress.total)
        self.bar.setValue(progress.done)
        left = self._time_left(progress)
        self.say(" · ".join(part for part in (progress.message.capitalize(), left) if part))

    def say(self, text: str, *, error: bool = False, details: str = "") -> None:
        """Show one line; ``details`` go into the tooltip."""
        self.message.setText(text)
        self.message.setVisible(bool(text))
        self.message.setToolTip(details)
        self._colour_message(error=error)

    def _colour_message(self, *, error: bool) -> None:
        self.message.setStyleSheet(f"color: {self._error_colour};" if error else "")
