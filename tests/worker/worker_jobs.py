"""Small jobs for the engine process."""

from __future__ import annotations

import time

from napari_grains.errors import InputError
from napari_grains.events import STOP, Preview, Progress


def double(values, steps=3, pause=0.0):
    for step in range(steps):
        if (yield Progress(step, steps)) is STOP:
            return {"values": values, "stopped": True}
        time.sleep(pause)
    return {"values": values * 2, "stopped": False}


def refuse():
    yield from ()
    raise InputError("No grains: lower the threshold.")


def show(block):
    for value in range(3):
        yield Preview("boundary", block + value, (0, 4))
    return {}
