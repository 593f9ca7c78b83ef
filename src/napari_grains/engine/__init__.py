"""The viewer's side of the engine: starts, feeds, stops and restarts its process; no torch, no Qt.

`Engine.submit` returns at once; events and results come back through callbacks from a thread of the engine.
"""

from napari_grains.engine._callbacks import EventBuffer
from napari_grains.engine._engine import Engine, EngineState
from napari_grains.engine._task import Task, TaskState

__all__ = ["Engine", "EngineState", "EventBuffer", "Task", "TaskState"]
