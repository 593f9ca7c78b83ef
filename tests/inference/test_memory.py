"""Freed memory is held while it is of use; measured in processes whose heap nothing has used before."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from napari_grains.inference._memory import _glibc_function

pytest.importorskip("psutil")
SIZE = 200 * 2**20

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or _glibc_function("mallopt") is None, reason="the program does not run on glibc"
)

PREPARATION = """
import json, numpy, psutil
from napari_grains.inference._memory import hold_freed_memory

class Owner:
    "Anything that can be referred to weakly."

def growth():
    return psutil.Process().memory_info().rss - before

before = 0
before = growth()
"""


def grown(script: str) -> list[float]:
    """Growth of the resident memory that the script measures, in units of SIZE."""
    code = f"{PREPARATION}\n{script}\nprint(json.dumps(measured))"
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    return [value / SIZE for value in json.loads(output)]


def test_freed_memory_is_kept_while_an_owner_holds_on_and_given_back_afterwards() -> None:
    kept, still_kept, given_back, not_kept, kept_again = grown(
        f"""
from napari_grains.inference._memory import release_freed_memory

def growth_after_use():
    numpy.ones({SIZE}, numpy.uint8)
    return growth()

owner, other = Owner(), Owner()
hold_freed_memory(owner)
hold_freed_memory(owner)
hold_freed_memory(other)
measured = [growth_after_use()]
del other
measured.append(growth())
release_freed_memory(owner)
measured.append(growth())
release_freed_memory(owner)
measured.append(growth_after_use())
hold_freed_memory(owner)
measured.append(growth_after_use())
"""
    )
    assert min(kept, still_kept, kept_again) > 0.9
    assert max(given_back, not_kept) < 0.1


def test_memory_is_not_kept_without_an_owner() -> None:
    (left,) = grown(
        f"""
hold_freed_memory(Owner())  # which is gone at once
numpy.ones({SIZE}, numpy.uint8)
measured = [growth()]
"""
    )
    assert left < 0.1
