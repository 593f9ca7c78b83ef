"""Every example runs as a reader would run it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

EXAMPLES = sorted((Path(__file__).parents[1] / "examples").glob("*.py"))


def run_example(path: Path, folder: Path) -> str:
    run = subprocess.run(
        [sys.executable, str(path)], capture_output=True, text=True, check=False, cwd=folder, timeout=280
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_example_runs_and_prints_a_grain_size_near_the_truth(path: Path, tmp_path: Path) -> None:
    printed = re.search(r"(\d+) grains, ASTM grain size G = (-?\d+\.\d)", run_example(path, tmp_path))
    assert printed is not None
    truth = json.loads((files("napari_grains") / "samples" / "polycrystal.json").read_text("utf-8"))
    assert int(printed[1]) == pytest.approx(truth["grains"], rel=0.2)
