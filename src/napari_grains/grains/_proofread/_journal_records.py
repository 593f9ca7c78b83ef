"""Edits as records of a file that may end in the middle of one.

A record is ``length`` and ``checksum``, two little-endian 32-bit numbers, and the payload: so many bytes with
that CRC-32. The first byte of a payload says what it is: ``E`` an edit, ``U`` one step undone, ``R`` one step
done again. An edit goes on with the 32-bit length of a JSON text, the text, and the arrays in a row.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ._edit import Edit, Regrouped
from ._history import Step

Entry: TypeAlias = Step | str
"""An edit of a plane, or `UNDONE` or `REDONE`."""

UNDONE: Final = "U"
REDONE: Final = "R"
MAGIC: Final = b"NGEDITS1"
"""What the file begins with."""

_HEAD = struct.Struct("<II")
_LENGTH = struct.Struct("<I")


def record(entry: Entry) -> bytes:
    """Return an entry as a record."""
    payload = entry.encode() if isinstance(entry, str) else b"E" + _packed(*entry)
    return _HEAD.pack(len(payload), zlib.crc32(payload)) + payload


def entries(content: bytes) -> Iterator[Entry]:
    """Yield the entries of a file up to the first record that is not whole.

    Parameters
    ----------
    content : bytes
        Of the file.
    """
    if not content.startswith(MAGIC):
        return
    place = len(MAGIC)
    while place + _HEAD.size <= len(content):
        length, checksum = _HEAD.unpack_from(content, place)
        payload = content[place + _HEAD.size : place + _HEAD.size + length]
        if len(payload) < length or not length or zlib.crc32(payload) != checksum:
            return
        yield _unpacked(payload[1:]) if payload[:1] == b"E" else payload.decode()
        place += _HEAD.size + length


def _packed(index: int, edit: Edit) -> bytes:
    arrays = _arrays(edit)
    facts = {
        "index": index,
        "kind": edit.kind,
        "box": edit.box,
        "threshold": edit.threshold,
        "lengths": [array.size for array in arrays],
    }
    text = json.dumps(facts).encode()
    return b"".join((_LENGTH.pack(len(text)), text, *(array.tobytes() for array in arrays)))


def _arrays(edit: Edit) -> list[NDArray[Any]]:
    moved = edit.regrouped
    small = (edit.before, edit.after, moved.regions, moved.before, moved.after, edit.kept, edit.dropped)
    return [edit.indices.astype("<i8"), *(array.astype("<i4") for array in small)]


def _unpacked(payload: bytes) -> Step:
    (length,) = _LENGTH.unpack_from(payload)
    place = _LENGTH.size + length
    facts = json.loads(payload[_LENGTH.size : place])
    arrays = []
    for number, kind in zip(facts["lengths"], ("<i8", *["<i4"] * 7), strict=True):
        array = np.frombuffer(payload, kind, number, place)
        arrays.append(array.astype(array.dtype.newbyteorder("=")))
        place += array.nbytes
    indices, before, after, *moved, kept, dropped = arrays
    pairs = kept.reshape(-1, 2), dropped.reshape(-1, 2)
    box, (low, high) = tuple(facts["box"]), facts["threshold"]
    edit = Edit(facts["kind"], box, indices, before, after, Regrouped(*moved), *pairs, (low, high))
    return facts["index"], edit
