"""How values, arrays and events cross from one process to another.

Messages are JSON. An array is written once into a file of a private folder and the message carries a ticket:
path, dtype and shape. Whoever takes the ticket maps the file and removes its name at once, so that the pages
are handed over rather than copied, and are freed by the operating system with the last mapping, however a
process ends.
"""

from __future__ import annotations

import math
import os
import shutil
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from napari_grains.errors import InputError
from napari_grains.events import Answer, Event, Notice, Preview, Progress, TrainingProgress

Message: TypeAlias = dict[str, Any]
"""What is written as one line of JSON."""

JSON: TypeAlias = Any
"""A JSON value, or one in which some arrays stand for their tickets."""

_ARRAY: Final = "__array__"
_SPARE: Final = 1 << 20  # bytes left free for others
_WORTH_MAPPING: Final = 1 << 22  # bytes; less is read in a millisecond


def free_bytes(folder: Path) -> int:
    """Return how many bytes can still be written below ``folder``."""
    return shutil.disk_usage(folder).free


class Depot:
    """Folders through which arrays are handed from one process to the other.

    Parameters
    ----------
    folders : sequence of Path
        Existing private folders, the fastest first. An array goes into the first that has room for it.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self.folders = tuple(folders)

    def put(self, array: NDArray[Any]) -> Message:
        """Write an array and return its ticket.

        Parameters
        ----------
        array : ndarray
            Any shape, any dtype that is not made of Python objects.

        Raises
        ------
        InputError
            If no folder has room.
        TypeError
            If the dtype holds Python objects or fields.
        """
        if array.dtype.hasobject or array.dtype.names is not None:
            raise TypeError(f"an array of dtype {array.dtype} cannot be handed to another process")
        file = self._write(np.ascontiguousarray(array)) if array.size else None
        ticket = {
            "file": None if file is None else str(file),
            "dtype": array.dtype.str,
            "shape": list(array.shape),
        }
        return {_ARRAY: ticket}

    def take(self, ticket: Message) -> NDArray[Any]:
        """Return the array of a ticket, writable, and remove its file; a ticket is good for one time.

        Raises
        ------
        OSError
            If the file is gone.
        """
        shape = tuple(ticket["shape"])
        dtype = np.dtype(ticket["dtype"])
        if ticket["file"] is None:
            return np.empty(shape, dtype)
        path = Path(ticket["file"])
        array = _load(path, dtype, shape)
        path.unlink()
        return array

    def pack(self, value: object) -> JSON:
        """Return a value with every array replaced by its ticket, ready for `json.dumps`.

        Raises
        ------
        InputError
            If no folder has room for an array.
        TypeError
            If something is neither a JSON value nor an array.
        """
        written: list[Path] = []
        try:
            return self._pack(value, written)
        except BaseException:
            for file in written:
                file.unlink(missing_ok=True)
            raise

    def unpack(self, value: JSON) -> JSON:
        """Return a value with every ticket replaced by its array: the inverse of `pack`."""
        if isinstance(value, list):
            return [self.unpack(item) for item in value]
        if not isinstance(value, dict):
            return value
        if _ARRAY in value:
            return self.take(value[_ARRAY])
        return {key: self.unpack(item) for key, item in value.items()}

    def pack_event(self, event: Event) -> Message:
        """Return an event as a message.

        Raises
        ------
        InputError
            If no folder has room for its arrays.
        """
        if isinstance(event, TrainingProgress):
            loss = event.loss if math.isfinite(event.loss) else None
            figures = {"loss": loss, "validation": event.validation, "real": event.real}
            return _progress(event) | {"event": "training"} | figures
        if isinstance(event, Progress):
            return _progress(event)
        if isinstance(event, Notice):
            return {"event": "notice", "message": event.message}
        if isinstance(event, Answer):
            return {"event": "answer", "question": event.question, "result": self.pack(event.result)}
        offset = [int(index) for index in event.offset]
        return {"event": "preview", "name": event.name, "array": self.put(event.array), "offset": offset}

    def unpack_event(self, message: Message) -> Event:
        """Return the event of a message: the inverse of `pack_event`."""
        if message["event"] == "training":
            loss = math.nan if message["loss"] is None else message["loss"]
            return TrainingProgress(*_counts(message), loss, message["validation"], message["real"])
        if message["event"] == "progress":
            return Progress(*_counts(message))
        if message["event"] == "notice":
            return Notice(message["message"])
        if message["event"] == "answer":
            return Answer(message["question"], self.unpack(message["result"]))
        return Preview(message["name"], self.unpack(message["array"]), tuple(message["offset"]))

    def _pack(self, value: object, written: list[Path]) -> JSON:
        if value is None or isinstance(value, bool | int | float | str):
            return value
        if isinstance(value, np.generic):
            return self._pack(value.item(), written)
        if isinstance(value, np.ndarray):
            packed = self.put(value)
            if packed[_ARRAY]["file"] is not None:
                written.append(Path(packed[_ARRAY]["file"]))
            return packed
        if isinstance(value, Mapping):
            return {_key(key): self._pack(item, written) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self._pack(item, written) for item in value]
        raise TypeError(
            f"a {type(value).__name__} cannot be handed to another process: use JSON values and arrays"
        )

    def _write(self, array: NDArray[Any]) -> Path:
        for folder in self.folders:
            if (file := _write_if_room(folder, array)) is not None:
                return file
        needed = f"{max(1, math.ceil(array.nbytes / 1e6))} MB"
        places = " or ".join(str(folder.parent) for folder in self.folders)
        raise InputError(
            f"No room for an array of {needed} in {places}: free some space there, or work on a crop."
        )


def _progress(event: Progress) -> Message:
    return {"event": "progress", "done": event.done, "total": event.total, "message": event.message}


def _counts(message: Message) -> tuple[int, int, str]:
    return message["done"], message["total"], message["message"]


def _key(key: object) -> str:
    if not isinstance(key, str) or key == _ARRAY:
        raise TypeError(f"{key!r} cannot be a key of a message")
    return key


def _write_if_room(folder: Path, array: NDArray[Any]) -> Path | None:
    """Write an array unless the folder is too small for it.

    Writing, unlike storing through a mapping, allocates the pages for sure: a full disk or /dev/shm is an
    error here and not a bus error later.
    """
    try:
        if free_bytes(folder) < array.nbytes + _SPARE:
            return None
        file = folder / f"{uuid.uuid4().hex}.array"
        try:
            with file.open("xb") as stream:
                stream.write(array.reshape(-1).view(np.uint8).data)
        except OSError:
            file.unlink(missing_ok=True)
            return None
    except OSError:  # the folder itself is gone or may not be written
        return None
    return file


def _load(path: Path, dtype: np.dtype[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    # Each mapping holds a file descriptor, of which a process has few; Windows removes no mapped file.
    if os.name == "nt" or path.stat().st_size < _WORTH_MAPPING:
        return np.fromfile(path, dtype).reshape(shape)
    return np.asarray(np.memmap(path, dtype, mode="r+", shape=shape))
