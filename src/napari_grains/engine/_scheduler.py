"""What happens to tasks: queue, run, stop, abort, fail, and what comes when an engine process dies.

Every method runs on the engine's thread; nothing here needs a lock.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from napari_grains.engine._callbacks import CallbackThread, event_place
from napari_grains.engine._process import WorkerProcess
from napari_grains.engine._task import Callbacks, Task, TaskState
from napari_grains.errors import InputError
from napari_grains.events import Event, Preview
from napari_grains.exchange import Message

_ATTEMPTS = 2  # a process found dead when a task is handed to it costs the task nothing, once
_LONGEST = 300  # characters of an error message


class Scheduler:
    """Gives one task at a time to an engine process, and a fresh process to the task after a dead one.

    Parameters
    ----------
    jobs : mapping
        Job name -> ``"module:function"``.
    spawn : callable
        Starts an engine process; raises OSError.
    post : callable
        Runs a function on the engine's thread later.
    callbacks : CallbackThread
        Runs the callbacks of tasks.
    log : logging.Logger
        What happened, with tracebacks.
    log_path : str
        Named in error messages.
    """

    def __init__(
        self,
        jobs: Mapping[str, str],
        spawn: Callable[[], WorkerProcess],
        post: Callable[[Callable[[], None]], None],
        callbacks: CallbackThread,
        log: logging.Logger,
        log_path: str,
    ) -> None:
        self.worker: WorkerProcess | None = None
        self.current: Task | None = None
        self.warming: Task | None = None
        self.device: str | None = None
        self.problem: str | None = None
        self._queue: deque[Task] = deque()
        self._killed: set[WorkerProcess] = set()
        self._unsettled: set[Task] = set()
        self._jobs, self._spawn, self._post = jobs, spawn, post
        self._callbacks, self._log, self._log_path = callbacks, log, log_path

    def warm(self) -> None:
        """Start a process and warm it up, unless there is one or a task is about to start one."""
        if self.worker is None and self.current is None and not self._queue:
            self.warming = Task("warm_up", {}, Callbacks(), self.stop, self.abort, self.update)
            self._unsettled.add(self.warming)
            self._queue.append(self.warming)
            self.advance()

    def enqueue(self, task: Task) -> None:
        """Run a task after those before it; a warm-up that is running is told to stop early."""
        self._unsettled.add(task)
        self._tell_state(task)
        self._queue.append(task)
        if self.current is not None and self.current is self.warming:
            self.stop(self.current)
        self.advance()

    def stop(self, task: Task) -> None:
        """Ask the running task for its best so far; take a waiting one out of the queue."""
        if task in self._queue:
            self._drop(task)
        elif task is self.current:
            self._send({"kind": "stop", "task": task.id})
            self._set_state(task, TaskState.STOPPING)

    def abort(self, task: Task) -> None:
        """Kill the process under the running task; take a waiting one out of the queue."""
        if task in self._queue:
            self._drop(task)
        elif task is self.current:
            worker, self.worker = self.worker, None
            if worker is not None:
                worker.kill()
                self._killed.add(worker)
            self._settle(task, TaskState.ABORTED)
            self.advance()
            self.warm()

    def update(self, task: Task, arguments: Mapping[str, object]) -> None:
        """Pass on to the running task what has changed; keep it for one that has not begun."""
        if task.state is TaskState.QUEUED:
            task.changes = {**task.changes, **arguments}
        if task is self.current:
            self._send_update(task, arguments)

    def heard(self, worker: WorkerProcess, message: Message) -> None:
        """Act on a message of a process; one that was given up has no say any more."""
        task = self.current
        if worker is not self.worker or task is None or message.get("task") != task.id:
            return
        if message["kind"] == "started" and task.state is TaskState.QUEUED:
            self._set_state(task, TaskState.RUNNING)
        elif message["kind"] == "event":
            self._pass_on(task, message["event"])
        elif message["kind"] == "done":
            self._done(task, message["result"])
        elif message["kind"] == "failed":
            self._failed(task, message)

    def ended(self, worker: WorkerProcess) -> None:
        """Act on the end of a process."""
        self._killed.discard(worker)
        if worker is not self.worker:
            return
        self.worker = None
        how, task = worker.describe_end(), self.current
        self._log.error("process %d ended: %s", worker.pid, how)
        if task is None:
            self.problem = f"The engine process ended ({how}); the next run starts a fresh one."
        elif task.state is TaskState.QUEUED and worker.ready and task.attempts < _ATTEMPTS:
            self.current = None
            self._queue.appendleft(task)
        else:
            lost = f"Nothing came of the {_title(task)}; layers are untouched."
            self._fail(
                task,
                f"The engine process ended unexpectedly ({how}). {lost} Run again: a fresh engine starts.",
            )
        self.advance()

    def advance(self) -> None:
        """Start waiting tasks until one runs."""
        while self.current is None and self._queue:
            task = self.current = self._queue.popleft()
            task.attempts += 1
            try:
                self._hand_over(task)
            except InputError as error:
                self._fail(task, _one_line(str(error)))
            except Exception as error:  # noqa: BLE001 - the next task gets its turn
                self._log.exception("task %d %s could not be started", task.id, task.job)
                self._fail(task, self._defect(task, f"{type(error).__name__}: {error}"))

    def shut(self, timeout: float) -> None:
        """End the process and all tasks, without callbacks."""
        worker, self.worker, self.current = self.worker, None, None
        self._queue.clear()
        if worker is not None:
            worker.kill()
            self._killed.add(worker)
        for killed in self._killed:
            killed.join(timeout)
        for task in self._unsettled:
            if not task.state.final:
                task.state = TaskState.ABORTED
            task.settled.set()
        self._unsettled.clear()

    def _hand_over(self, task: Task) -> None:
        if self.worker is None:
            self.worker = self._spawn()
            self._log.info("process %d started", self.worker.pid)
        try:
            arguments = self.worker.depot.pack(task.arguments)
        except InputError:
            if self.worker.alive:
                raise
            return  # no room because the folders went with the process: `ended` is about to be called
        self._log.info("task %d %s begins", task.id, task.job)
        self._send({"kind": "run", "task": task.id, "target": self._jobs[task.job], "arguments": arguments})
        if task.changes:
            self._send_update(task, task.changes)

    def _send_update(self, task: Task, arguments: Mapping[str, object]) -> None:
        """Send what has changed; without room for it the job goes on with what it has."""
        if self.worker is None:
            return
        try:
            packed = self.worker.depot.pack(arguments)
        except InputError as error:
            self._log.warning("task %d %s was not told of a change: %s", task.id, task.job, error)
        else:
            self._send({"kind": "update", "task": task.id, "arguments": packed})

    def _send(self, message: Message) -> None:
        with suppress(OSError):  # a dead process: `ended` is about to be called
            if self.worker is not None:
                self.worker.send(message)

    def _pass_on(self, task: Task, event: Event) -> None:
        place = event_place(event)
        self._callbacks.post(partial(self._tell_event, task, event), replaces=(task.id, place))

    def _tell_event(self, task: Task, event: Event) -> None:
        """Call back (on the callback thread); only after that may the next preview of the place come."""
        try:
            if task.callbacks.on_event is not None:
                task.callbacks.on_event(event)
        finally:
            if isinstance(event, Preview):
                taken = {"kind": "taken", "task": task.id, "name": event.name, "offset": list(event.offset)}
                self._post(partial(self._send, taken))

    def _done(self, task: Task, result: dict[str, Any]) -> None:
        if task is self.warming:
            self.device = result.get("device")
            self.problem = None
        if task.callbacks.on_done is not None:
            self._callbacks.post(partial(task.callbacks.on_done, result))
        self._settle(task, TaskState.DONE)
        self.advance()

    def _failed(self, task: Task, message: Message) -> None:
        text = _one_line(message["message"])
        if not message["expected"]:
            self._log.error("task %d %s failed\n%s", task.id, task.job, message["traceback"])
            text = self._defect(task, text)
        self._fail(task, text)
        self.advance()

    def _fail(self, task: Task, text: str) -> None:
        if task is self.warming:
            self.problem = text
        if task.callbacks.on_error is not None:
            self._callbacks.post(partial(task.callbacks.on_error, text))
        self._settle(task, TaskState.FAILED)

    def _defect(self, task: Task, error: str) -> str:
        return f"The {_title(task)} failed: {_one_line(error)} — details in the log, {self._log_path}"

    def _drop(self, task: Task) -> None:
        self._queue.remove(task)
        self._settle(task, TaskState.ABORTED)

    def _settle(self, task: Task, state: TaskState) -> None:
        if task is self.current:
            self.current = None
        self._log.info("task %d %s: %s", task.id, task.job, state.value)
        self._set_state(task, state)
        task.arguments, task.changes = {}, {}
        self._callbacks.post(partial(self._release, task))

    def _release(self, task: Task) -> None:
        task.settled.set()
        self._post(partial(self._unsettled.discard, task))

    def _set_state(self, task: Task, state: TaskState) -> None:
        if task.state is not state:
            task.state = state
            self._tell_state(task)

    def _tell_state(self, task: Task) -> None:
        if task.callbacks.on_state is not None:
            self._callbacks.post(partial(task.callbacks.on_state, task.state))


def _title(task: Task) -> str:
    return f"job “{task.job.replace('_', ' ')}”"


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
