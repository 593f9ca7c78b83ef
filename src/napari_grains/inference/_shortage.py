"""The ways in which devices say that memory ran out, as one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

_MEMORY_SIGNS = ("DefaultCPUAllocator", "can't allocate memory", "out of memory", "ALLOC_FAILED")
"""What is said by allocators that have no exception class of their own."""


class OutOfMemoryError(Exception):
    """The device could not hold what was asked of it."""


@contextmanager
def memory_errors() -> Iterator[None]:
    """Turn the ways in which devices say that memory ran out into one, and give CUDA's cache back.

    Raises
    ------
    OutOfMemoryError
        If memory ran out in the block.
    """
    try:
        yield
    except (torch.OutOfMemoryError, MemoryError) as error:
        free_cuda_cache()
        raise OutOfMemoryError from error
    except RuntimeError as error:
        if not any(sign in str(error) for sign in _MEMORY_SIGNS):
            raise
        free_cuda_cache()
        raise OutOfMemoryError from error


def free_cuda_cache() -> None:
    """Give back what torch holds of CUDA's memory without using it."""
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
