"""Memory that one layer frees is kept for the next one, instead of going back to the system in between."""

from __future__ import annotations

import ctypes
import functools
import weakref
from collections.abc import Callable
from typing import Any

# Parameters of mallopt(3), from malloc.h.
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_MMAP_MAX = -1, -3, -4
_HOLDING = {_M_MMAP_MAX: 0, _M_TRIM_THRESHOLD: 2**31 - 1}
# Where glibc's own adaptive thresholds end up in a program with large arrays (DEFAULT_MMAP_THRESHOLD_MAX).
_USUAL = {_M_MMAP_MAX: 65536, _M_MMAP_THRESHOLD: 2**25, _M_TRIM_THRESHOLD: 2**26}

_owners: weakref.WeakKeyDictionary[object, weakref.finalize[Any, Any]] = weakref.WeakKeyDictionary()
"""Who wants memory to be held, and what happens when that owner is gone."""


def hold_freed_memory(owner: object) -> None:
    """Hold on to freed memory as long as ``owner`` lives or until `release_freed_memory`.

    glibc maps every array above 32 MiB afresh, and the system clears each page of it at the first touch: up
    to half of the time of a network on a large tile. Other C libraries are not affected, nor threads other
    than the main one.

    Parameters
    ----------
    owner : object
        Usually a network that is about to run often.
    """
    mallopt = _glibc_function("mallopt")
    if mallopt is None or owner in _owners:
        return
    _owners[owner] = weakref.finalize(owner, _give_back)
    _owners[owner].atexit = False
    for parameter, value in _HOLDING.items():
        mallopt(parameter, value)


def release_freed_memory(owner: object) -> None:
    """Give freed memory back to the system although ``owner`` lives, unless another one still holds on."""
    if (finalizer := _owners.pop(owner, None)) is not None:
        finalizer()


def _give_back() -> None:
    mallopt, malloc_trim = _glibc_function("mallopt"), _glibc_function("malloc_trim")
    if any(True for _ in _owners) or mallopt is None or malloc_trim is None:
        return
    for parameter, value in _USUAL.items():
        mallopt(parameter, value)
    malloc_trim(0)


@functools.cache
def _glibc_function(name: str) -> Callable[..., int] | None:
    """Look up a function of glibc; None where the program runs on another C library."""
    try:
        program = ctypes.CDLL(None)
    except TypeError:  # Windows
        return None
    if not hasattr(program, "gnu_get_libc_version"):
        return None
    function: Callable[..., int] = getattr(program, name)
    return function
