from __future__ import annotations

import sys

import numpy as np
import pytest

from napari_grains.inference._memory import _glibc_function, hold_freed_memory

psutil = pytest.importorskip("psutil")
SIZE = 200 * 2**20

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or _glibc_function("mallopt") is None, reason="the program does not run on glibc"
)


class Owner:
    """Anything that can be referred to weakly."""


def resident() -> int:
    return int(psutil.Process().memory_info().rss)


def use_and_free() -> None:
    np.ones(SIZE, np.uint8)


def test_freed_memory_is_kept_while_the_owner_lives_and_given_back_afterwards() -> None:
    owner, other = Owner(), Owner()
    before = resident()
    hold_freed_memory(owner)
    hold_freed_memory(other)
    use_and_free()
    assert resident() - before > 0.9 * SIZE
    del owner
    assert resident() - before > 0.9 * SIZE
    del other
    assert resident() - before < 0.1 * SIZE


def test_memory_is_not_kept_without_an_owner() -> None:
    hold_freed_memory(Owner())
    before = resident()
    use_and_free()
    assert resident() - before < 0.1 * SIZE
