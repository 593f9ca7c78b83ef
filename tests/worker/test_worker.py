"""The engine process, spoken to through its pipes without the viewer's side."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from napari_grains.errors import InputError
from napari_grains.events import Preview
from napari_grains.exchange import Depot
from napari_grains.worker._previews import PreviewGate
from napari_grains.worker._worker import load


class Conversation:
    """A process and its two pipes."""

    def __init__(self, process, depot):
        self.process, self.depot = process, depot

    def say(self, **request):
        self.process.stdin.write(json.dumps(request).encode() + b"\n")
        self.process.stdin.flush()

    def hear(self):
        return json.loads(self.process.stdout.readline())

    def hear_until(self, kind):
        answers = [self.hear()]
        while answers[-1]["kind"] != kind:
            answers.append(self.hear())
        return answers

    def run(self, task, job, **arguments):
        target = f"worker_jobs:{job}"
        self.say(kind="run", task=task, target=target, arguments=self.depot.pack(arguments))


@pytest.fixture
def worker(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
    command = [
        sys.executable,
        "-P",
        "-m",
        "napari_grains.worker",
        "--parent",
        str(os.getpid()),
        str(tmp_path),
    ]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=True) as process:
        conversation = Conversation(process, Depot([tmp_path]))
        assert conversation.hear() == {"kind": "ready", "pid": process.pid}
        yield conversation
        process.kill()


def test_a_job_from_beginning_to_end(worker, tmp_path):
    values = np.arange(5, dtype=np.int16)
    worker.run(1, "double", values=values)
    *events, done = worker.hear_until("done")
    assert events[0] == {"kind": "started", "task": 1}
    assert [answer["event"]["done"] for answer in events[1:]] == [0, 1, 2]
    result = worker.depot.unpack(done["result"])
    np.testing.assert_array_equal(result["values"], values * 2)
    assert list(tmp_path.iterdir()) == []


def test_stop_reaches_the_job_even_before_it_begins(worker):
    worker.run(1, "double", values=[1], steps=10**6, pause=0.001)
    worker.run(2, "double", values=[1], steps=10**6, pause=0.001)
    worker.say(kind="stop", task=1)
    assert worker.hear_until("done")[-1] == {
        "kind": "done",
        "task": 1,
        "result": {"values": [1], "stopped": True},
    }
    worker.say(kind="stop", task=2)
    assert worker.hear_until("done")[-1]["result"]["stopped"]


def test_stop_of_another_task_is_not_heard(worker):
    worker.say(kind="stop", task=7)
    worker.run(8, "double", values=[1])
    assert worker.hear_until("done")[-1]["result"] == {"values": [1, 1], "stopped": False}


def test_failures(worker):
    worker.run(1, "refuse")
    refused = worker.hear_until("failed")[-1]
    assert (refused["message"], refused["expected"]) == ("No grains: lower the threshold.", True)
    worker.run(2, "double", wrong=1)
    wrong = worker.hear_until("failed")[-1]
    assert wrong["message"].startswith("TypeError: double()")
    assert not wrong["expected"]
    assert "Traceback" in wrong["traceback"]
    worker.run(3, "missing")
    assert worker.hear_until("failed")[-1]["message"].startswith("AttributeError")


def test_one_preview_of_a_place_is_under_way(worker):
    worker.run(1, "show", block=np.zeros((2, 2)))
    answers = worker.hear_until("done")
    shown = [worker.depot.unpack_event(answer["event"]) for answer in answers if answer["kind"] == "event"]
    assert [preview.array[0, 0] for preview in shown] == [0, 2]  # 1 was replaced while it waited
    worker.say(kind="taken", task=1, name="boundary", offset=[0, 4])  # late: the job has ended
    worker.run(2, "double", values=[1])
    assert worker.hear_until("done")[-1]["task"] == 2


def test_ends_with_its_pipe_in_mid_job(worker):
    worker.run(1, "double", values=[1], steps=10**6, pause=0.001)
    worker.hear_until("started")
    worker.process.stdin.close()
    assert worker.process.wait(10) in (0, -signal.SIGKILL)


def test_a_request_that_makes_no_sense_ends_it_with_a_traceback(worker):
    worker.process.stdin.write(b"nonsense\n")
    worker.process.stdin.flush()
    assert worker.process.wait(10) in (0, -signal.SIGKILL)
    assert b"JSONDecodeError" in worker.process.stderr.read()


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_interrupt_from_the_terminal_is_not_for_it(worker):
    worker.process.send_signal(signal.SIGINT)
    worker.run(1, "double", values=[1])
    assert worker.hear_until("done")[-1]["task"] == 1


def test_ends_at_once_when_its_parent_is_another(tmp_path):
    command = [sys.executable, "-m", "napari_grains.worker", "--parent", "1", str(tmp_path)]
    ended = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        start_new_session=True,
        timeout=30,
        check=False,
    )
    assert ended.returncode in (0, -signal.SIGKILL)
    assert ended.stdout == b""


def test_starting_it_imports_neither_torch_nor_qt():
    code = (
        "import sys, napari_grains.worker.__main__, napari_grains.engine;"
        "print(sorted({'torch', 'qtpy', 'napari', 'scipy', 'pandas'} & set(sys.modules)))"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


def test_load_takes_a_name_apart():
    with pytest.raises(ModuleNotFoundError):
        load("no_such_module:job", {})
    with pytest.raises(AttributeError):
        load("json:no_such_job", {})
    assert load("builtins:dict", {"values": 2}) == {"values": 2}


def preview(value, place=0):
    return Preview("boundary", np.full(2, value), (place,))


def sent_through_gate():
    sent = []
    return PreviewGate(lambda item: sent.append((item.offset[0], int(item.array[0])))), sent


def test_gate_sends_the_newest_that_waits():
    gate, sent = sent_through_gate()
    for value in range(4):
        gate.offer(preview(value))
        gate.offer(preview(10 + value, place=1))
    assert sent == [(0, 0), (1, 10)]
    gate.taken(("boundary", (0,)))
    assert sent[2:] == [(0, 3)]
    gate.taken(("boundary", (0,)))
    gate.offer(preview(5))
    assert sent[3:] == [(0, 5)]
    gate.flush()
    gate.flush()
    assert sent[4:] == [(1, 13)]


def test_gate_keeps_a_copy_of_what_waits():
    gate, sent = sent_through_gate()
    buffer = np.zeros(2, int)
    for value in (1, 2):
        buffer[:] = value
        gate.offer(Preview("boundary", buffer, (0,)))
    buffer[:] = 9
    gate.flush()
    assert sent == [(0, 1), (0, 2)]


def test_gate_leaves_out_what_has_no_room():
    def refuse(_):
        raise InputError("No room")

    gate = PreviewGate(refuse)
    gate.offer(preview(1))
    assert gate._under_way == set()
