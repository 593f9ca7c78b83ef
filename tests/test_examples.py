"""Every example runs as a reader would run it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"


def run_example(path: Path, folder: Path) -> str:
    run = subprocess.run(
        [sys.executable, str(path)], capture_output=True, text=True, check=False, cwd=folder, timeout=280
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_from_an_array_to_a_grain_size_near_the_truth(tmp_path: Path) -> None:
    printed = re.search(
        r"(\d+) grains, ASTM grain size G = (-?\d+\.\d)", run_example(EXAMPLES / "grain_size.py", tmp_path)
    )
    assert printed is not None
    truth = json.loads((files("napari_grains") / "samples" / "polycrystal.json").read_text("utf-8"))
    assert int(printed[1]) == pytest.approx(truth["grains"], rel=0.2)


def test_a_classifier_of_patterns_learns_in_a_few_steps(tmp_path: Path) -> None:
    printed = re.fullmatch(
        r"(\d+)% of 100 patterns held out are told right\n",
        run_example(EXAMPLES / "pattern_classifier.py", tmp_path),
    )
    assert printed is not None
    assert int(printed[1]) >= 85


def test_every_example_has_a_test() -> None:
    assert {path.stem for path in EXAMPLES.glob("*.py")} == {"grain_size", "pattern_classifier"}
