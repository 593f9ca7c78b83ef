"""The engine as the viewer sees it: submit jobs, hear of them, close."""

from __future__ import annotations

import atexit
import os
import queue
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from enum import Enum
from functools import partial
from pathlib import Path

from napari_grains.engine._callbacks import CallbackThread
from napari_grains.engine._halt import Halt
from napari_grains.engine._process import WorkerProcess, interpreter
from napari_grains.engine._scheduler import Scheduler
from napari_grains.engine._task import Callbacks, Result, Task, TaskState
from napari_grains.events import Event
from napari_grains.exchange import Message
from napari_grains.jobs import JOBS
from napari_grains.logs import close_log, open_log
from napari_grains.logs import log_path as user_log_path


class EngineState(Enum):
    """What the engine process is doing."""

    OFF = "off"
    STARTING = "starting"
    READY = "ready"
    BUSY = "busy"
    CLOSED = "closed"


class Engine:
    """A process for heavy jobs, one at a time, that the viewer outlives.

    Nothing here blocks: jobs are submitted at once, and all callbacks come from one thread of the engine.

    Parameters
    ----------
    python : str, optional
        The interpreter of the process; that of the viewer by default.
    extra_jobs : mapping, optional
        Further jobs, name -> ``"module:function"``; they come before those of `napari_grains.jobs`.
    niceness : int
        How far the priority of the process is lowered, 0 to 19, so that the viewer stays smooth; on Windows
        all but 0 are the class below normal.
    log_path : Path, optional
        Log file; by default one in the user's state folder.

    Attributes
    ----------
    log_path : Path
        Where tracebacks and the output of the process are.
    """

    def __init__(
        self,
        *,
        python: str | None = None,
        extra_jobs: Mapping[str, str] | None = None,
        niceness: int = 10,
        log_path: Path | None = None,
    ) -> None:
        self.log_path = log_path or user_log_path("napari-grains-engine.log")
        self._python = python
        self._niceness = niceness
        self._jobs = {**JOBS, **(extra_jobs or {})}
        self._log = open_log(self.log_path, "napari_grains.engine", backups=2)
        self._owner = os.getpid()
        self._lock = threading.Lock()
        self._calls: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._callbacks = CallbackThread(self._log)
        self._scheduler = Scheduler(
            self._jobs, self._spawn, self._calls.put, self._callbacks, self._log, str(self.log_path)
        )
        self._halt = Halt(self._busy_worker, self._calls.put)
        self._listeners: list[Callable[[], None]] = []
        self._state = EngineState.OFF
        self._shown: tuple[object, ...] = ()
        self._thread = threading.Thread(target=self._run, name="napari-grains engine", daemon=True)

    @property
    def state(self) -> EngineState:
        """What the engine process is doing; STARTING until it is warmed up."""
        return self._state

    @property
    def device(self) -> str | None:
        """What computes, such as ``"CPU: 2 threads, bf16"``; None until the process is warmed up."""
        return self._scheduler.device

    @property
    def problem(self) -> str | None:
        """Why the process could not be warmed up or died while idle, in one line; None if all is well."""
        return self._scheduler.problem

    @property
    def closed(self) -> bool:
        """Whether `close` was called."""
        return self._state is EngineState.CLOSED

    def start(self) -> None:
        """Start the process and warm it up, unless it runs; returns at once."""
        self._begin()
        self._calls.put(self._scheduler.warm)

    def submit(
        self,
        job: str,
        arguments: Mapping[str, object],
        *,
        on_event: Callable[[Event], None] | None = None,
        on_done: Callable[[Result], None] | None = None,
        on_error: Callable[[str], None] | None = None,
        on_state: Callable[[TaskState], None] | None = None,
    ) -> Task:
        """Run a job after those before it.

        Parameters
        ----------
        job : str
            A name of `napari_grains.jobs.JOBS` or of ``extra_jobs``.
        arguments : mapping
            Keyword arguments: JSON values and arrays. They are read when the task begins; hand over copies of
            arrays that may change before.
        on_event : callable, optional
            Hears every `Event`. While it is busy, newer ones replace those that wait (see `EventBuffer`). Its
            return says that a preview was taken, and lets the next of that place come.
        on_done, on_error : callable, optional
            Hear the result, or one line that says what went wrong. One of them is called once, or none if the
            task is aborted.
        on_state : callable, optional
            Hears each state; the last call of a task is that of a final state.

        Raises
        ------
        ValueError
            If there is no such job.
        RuntimeError
            If the engine is closed.
        """
        if job not in self._jobs:
            raise ValueError(f"there is no job {job!r}; there are {', '.join(sorted(self._jobs))}")
        self._begin()
        task = Task(
            job,
            dict(arguments),
            Callbacks(on_event, on_done, on_error, on_state),
            self._request_stop,
            self._request_abort,
            self._request_update,
        )
        self._calls.put(partial(self._scheduler.enqueue, task))
        return task

    def listen(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call back, from an engine thread, when `state`, `device` or `problem` changes; return an ender."""
        self._listeners.append(callback)
        return partial(self._forget, callback)

    def give_way(self) -> None:
        """Let a job stand still for a moment, so that the viewer can draw; call it whenever the user moves.

        Returns at once. The job goes on 0.15 s after the last call. Does nothing on Windows, where the class
        of the process already is below that of the viewer.
        """
        if self._state in (EngineState.STARTING, EngineState.BUSY):
            self._halt.request()

    def close(self, timeout: float = 5.0) -> None:
        """End the process and all tasks and remove what they shared; no callback is called after that.

        Also called when the viewer's interpreter exits. Waits ``timeout`` seconds at most; calling it again
        does nothing.
        """
        with self._lock:
            if self.closed or os.getpid() != self._owner:  # a process forked off the viewer owns nothing
                return
            begun = self._thread.is_alive()
            self._state = EngineState.CLOSED
        atexit.unregister(self.close)
        self._callbacks.close()
        if begun:
            self._calls.put(partial(self._scheduler.shut, timeout))
            self._calls.put(None)
            self._thread.join(timeout)
        self._callbacks.join(min(timeout, 1.0))
        close_log(self._log)

    def _begin(self) -> None:
        with self._lock:
            if self.closed:
                raise RuntimeError("the engine is closed")
            if not self._thread.is_alive():
                self._state = EngineState.STARTING
                atexit.register(self.close)
                self._thread.start()

    def _request_stop(self, task: Task) -> None:
        self._calls.put(partial(self._scheduler.stop, task))

    def _request_abort(self, task: Task) -> None:
        self._calls.put(partial(self._scheduler.abort, task))

    def _request_update(self, task: Task, arguments: Mapping[str, object]) -> None:
        self._calls.put(partial(self._scheduler.update, task, dict(arguments)))

    def _run(self) -> None:
        while (call := self._next_call()) is not None:
            try:
                call()
            except Exception:  # noqa: BLE001 - the thread serves the next call
                self._log.exception("the engine failed")
            del call  # it may hold arrays
            self._show()

    def _next_call(self) -> Callable[[], None] | None:
        while True:
            self._halt.end_if_over()
            with suppress(queue.Empty):
                return self._calls.get(timeout=self._halt.seconds_left())

    def _busy_worker(self) -> WorkerProcess | None:
        return None if self._scheduler.current is None else self._scheduler.worker

    def _spawn(self) -> WorkerProcess:
        return WorkerProcess(
            self._python or interpreter(), self._niceness, self._heard, self._ended, self._log
        )

    def _heard(self, worker: WorkerProcess, message: Message) -> None:
        self._calls.put(partial(self._scheduler.heard, worker, message))

    def _ended(self, worker: WorkerProcess) -> None:
        self._calls.put(partial(self._scheduler.ended, worker))

    def _show(self) -> None:
        """Tell listeners of a change."""
        with self._lock:
            if not self.closed:
                self._state = self._observed()
        shown = (self._state, self.device, self.problem)
        if shown != self._shown:
            self._shown = shown
            for callback in tuple(self._listeners):
                self._callbacks.post(callback)

    def _observed(self) -> EngineState:
        scheduler = self._scheduler
        if scheduler.worker is None:
            return EngineState.OFF
        if not scheduler.worker.ready or (
            scheduler.current is not None and scheduler.current is scheduler.warming
        ):
            return EngineState.STARTING
        return EngineState.READY if scheduler.current is None else EngineState.BUSY

    def _forget(self, callback: Callable[[], None]) -> None:
        if callback in self._listeners:
            self._listeners.remove(callback)
