"""The loop of the engine process: one job after the other, on the main thread."""

from __future__ import annotations

import importlib
import json
import os
import queue
import threading
import traceback
from typing import Any, BinaryIO

from napari_grains.errors import InputError
from napari_grains.events import Answer, Event, Job, Notice, Preview, drive
from napari_grains.exchange import Depot, Message
from napari_grains.worker._changes import Changes
from napari_grains.worker._previews import PreviewGate
from napari_grains.worker._process import end_now


class Worker:
    """Runs the jobs it is sent and answers with their events and results, one JSON message per line.

    Requests: ``run`` (task, target ``"module:function"``, arguments), ``stop`` (task), ``update`` (task,
    arguments), ``taken`` (task, name, offset). Answers: ``ready``, ``started``, ``event``, ``done`` (result),
    ``failed`` (message, expected, traceback).

    Parameters
    ----------
    requests, answers : binary streams
        The pipes from and to the viewer.
    depot : Depot
        Where arrays are handed over.
    """

    def __init__(self, requests: BinaryIO, answers: BinaryIO, depot: Depot) -> None:
        self._requests = requests
        self._answers = answers
        self._depot = depot
        self._jobs: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        self._sending = threading.Lock()
        self._stopped: int | None = None  # the task last told to stop
        self._changes = Changes()
        self._gate: tuple[int, PreviewGate] | None = None

    def run(self) -> None:
        """Serve until the viewer closes the pipe, which ends the process even in the middle of a job."""
        threading.Thread(target=self._listen, name="requests", daemon=True).start()
        self._send({"kind": "ready", "pid": os.getpid()})
        while (request := self._jobs.get()) is not None:
            self._serve(request)

    def _listen(self) -> None:
        try:
            for line in self._requests:
                self._hear(json.loads(line))
        except Exception:  # noqa: BLE001 - without this thread the process would be deaf: say why, and end
            traceback.print_exc()
        end_now()

    def _hear(self, request: Message) -> None:
        if request["kind"] == "run":
            self._jobs.put(request)
        elif request["kind"] == "stop":
            self._stopped = request["task"]
        elif request["kind"] == "update":
            self._changes.add(request["task"], self._depot.unpack(request["arguments"]))
        else:
            self._free_place(request)

    def _free_place(self, request: Message) -> None:
        task, gate = self._gate or (None, None)
        if gate is not None and task == request["task"]:  # else the job has ended meanwhile
            gate.taken((request["name"], tuple(request["offset"])))

    def _serve(self, request: Message) -> None:
        task: int = request["task"]
        self._send({"kind": "started", "task": task})
        try:
            answer = {"kind": "done", "task": task, "result": self._depot.pack(self._result(request))}
        except InputError as error:
            answer = _failure(task, error, expected=True)
        except BaseException as error:  # noqa: BLE001 - whatever a job does, the viewer is told and the next job runs
            answer = _failure(task, error, expected=False)
        self._gate = None
        self._send(answer)

    def _result(self, request: Message) -> dict[str, Any]:
        task: int = request["task"]
        gate = PreviewGate(lambda preview: self._send_event(task, preview))
        self._gate = (task, gate)

        def forward(event: Event) -> None:
            if isinstance(event, Preview):
                gate.offer(event)
            elif isinstance(event, Answer):
                self._answer(task, event)
            else:
                self._send_event(task, event)

        job = load(request["target"], self._depot.unpack(request["arguments"]))
        result = drive(job, forward, lambda: self._stopped == task, lambda: self._changes.take(task))
        if not isinstance(result, dict):
            raise TypeError(f"{request['target']} returned a {type(result).__name__}, not a dict")
        gate.flush()
        return result

    def _answer(self, task: int, answer: Answer) -> None:
        """Send an answer; where there is no room for it that is said, and the job goes on."""
        try:
            self._send_event(task, answer)
        except InputError as error:
            self._send_event(task, Notice(str(error)))

    def _send_event(self, task: int, event: Event) -> None:
        self._send({"kind": "event", "task": task, "event": self._depot.pack_event(event)})

    def _send(self, message: Message) -> None:
        line = json.dumps(message).encode() + b"\n"
        with self._sending:
            try:
                _write_all(self._answers, line)
            except OSError:  # the viewer is gone
                end_now()


def load(target: str, arguments: dict[str, Any]) -> Job[Any]:
    """Import ``"module:function"`` and call it, which returns a job that has not been started.

    Raises
    ------
    ImportError, AttributeError, TypeError
        If there is no such module or function, or it does not take these arguments.
    """
    module, _, function = target.partition(":")
    job: Job[Any] = getattr(importlib.import_module(module), function)(**arguments)
    return job


def _failure(task: int, error: BaseException, *, expected: bool) -> Message:
    message = str(error) if expected else "".join(traceback.format_exception_only(error)).strip()
    trace = "".join(traceback.format_exception(error))
    return {"kind": "failed", "task": task, "message": message, "expected": expected, "traceback": trace}


def _write_all(stream: BinaryIO, data: bytes) -> None:
    """Write to an unbuffered pipe, which may take a part only."""
    rest = memoryview(data)
    while rest:
        rest = rest[stream.write(rest) :]
