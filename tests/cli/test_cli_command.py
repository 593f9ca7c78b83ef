"""The installed command `napari-grains` in a process of its own."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from napari_grains.images import read_labels


@pytest.fixture(scope="module")
def command() -> str:
    found = shutil.which("napari-grains", path=str(Path(sys.executable).parent))
    assert found, "the package is not installed: there is no command napari-grains beside this Python"
    return found


@pytest.fixture
def environment(network) -> dict[str, str]:
    """The tiny network takes the place of the bundled one."""
    return os.environ | {"NAPARI_GRAINS_NETWORKS": str(network.parent)}


def test_demo_prints_the_grain_size_beside_the_truth(command, tmp_path) -> None:
    run = subprocess.run(
        [command, "demo"],
        cwd=tmp_path,
        env=os.environ | {"NAPARI_GRAINS_NETWORKS": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    folder = tmp_path / "napari-grains-demo"
    summary = json.loads((folder / "polycrystal_summary.json").read_text("utf-8"))
    line = re.search(r"^ASTM grain size G, planimetric +(\S+) +(\S+)", run.stdout, re.MULTILINE)
    assert line, run.stdout
    assert float(line[1]) == pytest.approx(summary["astm_g_planimetric"], abs=0.01)
    assert float(line[1]) == pytest.approx(float(line[2]), abs=0.3)
    assert read_labels(folder / "polycrystal_grains.tif")[0].shape == (768, 768)
    assert str(Path("napari-grains-demo", "polycrystal_grains.tif")) in run.stdout
    assert "\x1b" not in run.stdout + run.stderr


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT between processes")
def test_ctrl_c_in_a_run(command, environment, micrograph, output) -> None:
    image = micrograph()
    arguments = [command, "segment", *[str(image)] * 200, "--output", str(output), "--scale", "1", "--json"]
    with subprocess.Popen(
        arguments, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        for line in process.stdout:
            if json.loads(line)["event"] == "result":
                process.send_signal(signal.SIGINT)
                break
        rest, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert "Traceback" not in errors
    summary = json.loads((output / "summary.json").read_text("utf-8"))
    assert summary["status"] == "interrupted"
    assert 1 <= summary["done"] < 200
    for entry in summary["inputs"]:
        if entry["status"] == "done":
            assert Path(entry["files"]["grains"]).is_file()
    assert json.loads(rest.splitlines()[-1])["event"] == "summary"


def test_a_reader_that_leaves_ends_the_command_quietly(command, environment, micrograph, output) -> None:
    arguments = [
        command,
        "segment",
        *[str(micrograph())] * 20,
        "--output",
        str(output),
        "--scale",
        "1",
        "--json",
    ]
    with subprocess.Popen(
        arguments, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        process.stdout.readline()
        process.stdout.close()
        errors = process.stderr.read()
        process.wait(timeout=60)
    assert process.returncode == 1
    assert "Traceback" not in errors
