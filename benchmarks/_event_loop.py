"""The event loop of a viewer: let it run for a while, and watch how promptly it answers."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any

import psutil
from qtpy.QtCore import QEvent, QEventLoop, QObject, Qt, QTimer
from qtpy.QtWidgets import QWidget

TICK, ACT = 10, 16
"""Milliseconds between two looks at the clock, and between two moves of the camera, as of a dragged mouse."""
PATIENCE = 900
Row = dict[str, Any]


def watch(seconds: float, act: Callable[[], None], over: Callable[[], bool] = lambda: False) -> Row:
    """When a timer of `TICK` was served while something is done every `ACT`, and what that cost."""
    arrivals: list[float] = []
    acts: list[None] = []
    loop, clock, actor = QEventLoop(), QTimer(), QTimer()

    def look() -> None:
        arrivals.append(time.perf_counter() - began)
        if arrivals[-1] > seconds or over():
            loop.quit()

    for timer, pause, slot in ((clock, TICK, look), (actor, ACT, lambda: acts.append(act()))):
        timer.setTimerType(Qt.TimerType.PreciseTimer)
        timer.setInterval(pause)
        timer.timeout.connect(slot)
    before, began = processor_seconds(), time.perf_counter()
    clock.start()
    actor.start()
    loop.exec_()
    clock.stop()
    actor.stop()
    cores = [(b - a) / arrivals[-1] for a, b in zip(before, processor_seconds(), strict=True)]
    return {
        "arrivals": [round(arrival, 4) for arrival in arrivals],
        "moves_per_second": round(len(acts) / arrivals[-1], 1),
        "cores_of_viewer": round(cores[0], 2),
        "cores_of_engine": round(cores[1], 2),
        "load_average": round(os.getloadavg()[0], 1),
    }


def processor_seconds() -> tuple[float, float]:
    """Processor time of this process, and of the engine's."""
    children = psutil.Process().children(recursive=True)
    return time.process_time(), sum(sum(child.cpu_times()[:2]) for child in children)


def wait(seconds: float) -> None:
    """Let events be handled."""
    loop = QEventLoop()
    QTimer.singleShot(round(1000 * seconds), loop.quit)
    loop.exec_()


def wait_until(condition: Callable[[], bool], pause: int = 10) -> None:
    """Let events be handled until something is so."""
    loop, timer, began = QEventLoop(), QTimer(), time.perf_counter()
    timer.timeout.connect(lambda: loop.quit() if condition() else None)
    timer.start(pause)
    QTimer.singleShot(1000 * PATIENCE, loop.quit)
    loop.exec_()
    timer.stop()
    if time.perf_counter() - began > PATIENCE:
        raise SystemExit("waited in vain")


def wait_until_painted(widget: QWidget) -> None:
    """Let events be handled until a widget was painted, and the event loop is free again."""

    class Watch(QObject):
        painted = False

        def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
            self.painted = self.painted or event.type() == QEvent.Type.Paint
            return False

    watch = Watch()
    widget.installEventFilter(watch)
    wait_until(lambda: watch.painted, pause=0)
    widget.removeEventFilter(watch)
