"""One engine process seen from the viewer: its pipes, its output, its end."""

from __future__ import annotations

import io
import json
import logging
import os
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from napari_grains.engine._folders import PrivateFolders, sweep
from napari_grains.exchange import Depot, Message

_DRAIN = 5.0  # seconds to read what a dead process has left in its pipes
_KILLED = 9  # SIGKILL, which Windows has no name for


class WorkerProcess:
    """An engine process that has been started; `ended` tells of its end, whatever the reason.

    To be made on a thread that outlives the process: Linux ends the process with the thread that started it.

    Parameters
    ----------
    python : str
        The interpreter.
    niceness : int
        How far its priority is lowered, 0 to 19.
    heard : callable
        Called from a reader thread with this object and each message, arrays and events unpacked.
    ended : callable
        Called once from a waiting thread with this object, after the last message and after the private
        folders are gone.
    log : logging.Logger
        Where the output of the process goes.

    Raises
    ------
    OSError
        If there is no such interpreter or no room for the private folders.
    """

    def __init__(
        self,
        python: str,
        niceness: int,
        heard: Callable[[WorkerProcess, Message], None],
        ended: Callable[[WorkerProcess], None],
        log: logging.Logger,
    ) -> None:
        self.ready = False
        self._heard, self._ended, self._log = heard, ended, log
        self._last_lines: deque[str] = deque(maxlen=20)
        sweep()
        self._folders = PrivateFolders()
        self.depot = Depot(self._folders.paths)
        try:
            self._process = _spawn(python, niceness, self._folders.paths)
        except BaseException:
            self._folders.remove()
            raise
        self._readers = [_thread(self._read_messages), _thread(self._read_output)]
        self._waiter = _thread(self._await_end)

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the process may still run; its folders exist as long as that."""
        return self._process.returncode is None

    def send(self, message: Message) -> None:
        """Write one message.

        Raises
        ------
        OSError
            If the process has ended.
        """
        stream = _pipe(self._process.stdin)
        rest = memoryview(json.dumps(message).encode() + b"\n")
        try:
            while rest:
                rest = rest[stream.write(rest) :]
        except ValueError as error:  # the pipe was closed after the end
            raise BrokenPipeError(str(error)) from error

    def kill(self) -> None:
        """End the process, and those it has started, at once."""
        if self.alive:
            _kill_group(self._process)

    def halt(self) -> None:
        """Let the process, and those it has started, stand still until `go_on`; not on Windows.

        A halted process can be killed. If the viewer dies it goes as well: what is left is an orphaned
        process group with halted members, to which POSIX systems send SIGHUP.
        """
        if self.alive and sys.platform != "win32":
            _signal_group(self._process, signal.SIGSTOP)

    def go_on(self) -> None:
        """Let a halted process run."""
        if self.alive and sys.platform != "win32":
            _signal_group(self._process, signal.SIGCONT)

    def join(self, timeout: float) -> bool:
        """Wait until the process and its folders are gone; return whether they are."""
        self._waiter.join(timeout)
        return not self._waiter.is_alive()

    def describe_end(self) -> str:
        """Say in a few words how the process ended, such as ``"killed by SIGKILL"``."""
        code = self._process.returncode
        if code == -_KILLED:
            return "killed by SIGKILL, as happens when memory runs out"
        if code is not None and code < 0:
            with suppress(ValueError):
                return f"killed by {signal.Signals(-code).name}"
        last = next((line for line in reversed(self._last_lines) if line), "")
        return f"exit code {code}: {last}" if last else f"exit code {code}"

    def _read_messages(self) -> None:
        try:
            with io.BufferedReader(_pipe(self._process.stdout)) as stream:
                for line in stream:
                    if line.endswith(b"\n"):  # else the process died in the middle of it
                        self._heard(self, self._unpacked(json.loads(line)))
        except Exception:  # noqa: BLE001 - a process that cannot be understood is of no use
            self._log.exception("process %d cannot be understood", self.pid)
            self.kill()

    def _unpacked(self, message: Message) -> Message:
        if message["kind"] == "ready":
            self.ready = True
        elif message["kind"] == "event":
            message["event"] = self.depot.unpack_event(message["event"])
        elif message["kind"] == "done":
            message["result"] = self.depot.unpack(message["result"])
        return message

    def _read_output(self) -> None:
        with (
            suppress(ValueError, OSError),
            io.TextIOWrapper(_pipe(self._process.stderr), "utf-8", "replace") as stream,
        ):
            for line in stream:
                self._last_lines.append(line.strip())
                self._log.info("process %d: %s", self.pid, line.rstrip())

    def _await_end(self) -> None:
        _await_death(self._process)
        _kill_group(self._process)  # what a job has started would keep the pipes open
        self._process.wait()
        for reader in self._readers:
            reader.join(_DRAIN)
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            with suppress(OSError):
                _pipe(stream).close()
        self._folders.remove()
        self._ended(self)


def interpreter() -> str:
    """Return the Python of this environment that can talk through pipes, with a console or without.

    Raises
    ------
    OSError
        If the viewer is no Python process, as in a frozen application.
    """
    if not sys.executable:
        raise OSError("the Python interpreter of this application is unknown")
    path = Path(sys.executable)
    console = path.with_name(path.name.replace("pythonw", "python"))
    return str(console if console.exists() else path)


def _spawn(python: str, niceness: int, folders: list[Path]) -> subprocess.Popen[bytes]:
    # -P: a file such as torch.py in the current folder must not be imported in place of the library.
    options = ["-P", "-X", "faulthandler", "-X", "utf8", "-m", "napari_grains.worker"]
    process_options = ["--parent", str(os.getpid()), "--niceness", str(niceness)]
    command = [python, *options, *process_options, *map(str, folders)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, bufsize=0, stdin=pipe, stdout=pipe, stderr=pipe, **_platform(niceness))  # noqa: S603


def _platform(niceness: int) -> dict[str, Any]:
    """Return what keeps Ctrl+C and console windows away from the process.

    A group of its own, but the session of the viewer: Linux may share the processor among sessions first
    (autogroup), and then a niceness only counts within one.
    """
    if sys.platform == "win32":
        flags = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
        return {"creationflags": flags | (subprocess.BELOW_NORMAL_PRIORITY_CLASS if niceness > 0 else 0)}
    return {"process_group": 0}


def _await_death(process: subprocess.Popen[bytes]) -> None:
    """Wait for the end of a process, leaving it a zombie if possible, so that its group id is not reused."""
    if sys.platform == "win32" or not hasattr(os, "waitid"):
        process.wait()
    else:
        with suppress(ChildProcessError):
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    if sys.platform == "win32":
        with suppress(OSError):
            process.kill()
    else:
        _signal_group(process, signal.SIGKILL)


def _signal_group(process: subprocess.Popen[bytes], number: int) -> None:
    if sys.platform != "win32":
        with suppress(OSError):
            os.killpg(process.pid, number)


def _pipe(stream: IO[bytes] | None) -> io.FileIO:
    """Return a pipe, raw as of ``bufsize=0``."""
    if not isinstance(stream, io.FileIO):
        raise TypeError("the process was started without raw pipes")
    return stream


def _thread(target: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=target, name=f"napari-grains {target.__name__.strip('_')}", daemon=True)
    thread.start()
    return thread
