"""The plugin is found by npe2 wherever it comes from: this environment, a wheel, a source archive."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from npe2 import PluginManager, PluginManifest

PROJECT = Path(__file__).parents[1]
MANIFEST = PROJECT / "src" / "napari_grains" / "napari.yaml"
WIDGETS = {
    "napari-grains.segment": "napari_grains.widgets:SegmentDock",
    "napari-grains.grains": "napari_grains.widgets:GrainsDock",
    "napari-grains.table": "napari_grains.widgets:GrainTable",
    "napari-grains.plots": "napari_grains.widgets:GrainPlots",
    "napari-grains.phases": "napari_grains.widgets:PhasesDock",
    "napari-grains.pretrain": "napari_grains.widgets:PretrainDock",
    "napari-grains.finetune": "napari_grains.widgets:FinetuneDock",
}
SAMPLES = {
    f"napari-grains.sample.{name}": f"napari_grains.{home}:{name}"
    for home, names in {
        "samples": (
            "etched_polycrystal",
            "etched_stainless",
            "bimodal_steel",
            "rolled_sheet",
            "six_fields",
            "grooved_ceramic",
            "backscatter_steps",
            "bright_field_film",
        ),
        "widgets._samples": ("nist_steel", "nist_titanium"),
    }.items()
    for name in names
}
COMMANDS = WIDGETS | SAMPLES

DISCOVER = """
import importlib.metadata, sys
from pathlib import Path
import napari_grains, npe2
folder = Path(sys.argv[1])
assert Path(napari_grains.__file__).is_relative_to(folder), napari_grains.__file__
entry_points = importlib.metadata.distribution("napari-grains").entry_points.select(group="napari.manifest")
manager = npe2.PluginManager()
manager.discover()
for command in manager.get_manifest(*entry_points.names).contributions.commands:
    print(command.id, command.python_name)
"""


@dataclass(frozen=True)
class Archives:
    wheel: Path
    source: Path


def python(*arguments: str | Path, cwd: Path, **environment: str) -> str:
    run = subprocess.run(
        [sys.executable, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        env={**os.environ, **environment},
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


def build(project: Path, folder: Path, *kinds: str) -> None:
    """Build in this environment, so that no network is needed."""
    python("-m", "build", "--no-isolation", *kinds, "--outdir", folder, project, cwd=folder)


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> Archives:
    """A wheel and a source archive, each built from the project's folder."""
    folder = tmp_path_factory.mktemp("dist")
    build(PROJECT, folder, "--sdist", "--wheel")
    return Archives(next(folder.glob("*.whl")), next(folder.glob("*.tar.gz")))


def discovered_in(wheel: Path, folder: Path) -> dict[str, str]:
    """Commands that npe2 discovers in a new process with the unpacked `wheel` first on its path."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    printed = python("-c", DISCOVER, folder, cwd=folder, PYTHONPATH=str(folder))
    return dict(line.split() for line in printed.splitlines())


def test_manifest_is_discovered_in_this_environment() -> None:
    manager = PluginManager()
    manager.discover()
    manifest = manager.get_manifest("napari-grains")
    assert {command.id: command.python_name for command in manifest.contributions.commands or ()} == COMMANDS


def test_widgets_and_samples_use_every_command_of_the_manifest() -> None:
    contributions = PluginManifest.from_file(MANIFEST).contributions
    assert {widget.command for widget in contributions.widgets or ()} == set(WIDGETS)
    assert {sample.command for sample in contributions.sample_data or ()} == set(SAMPLES)


def test_samples_say_what_they_show_and_where_they_come_from() -> None:
    samples = PluginManifest.from_file(MANIFEST).contributions.sample_data or ()
    names = [sample.display_name for sample in samples]
    assert len(set(names)) == len(names)
    for sample, name in zip(samples, names, strict=True):
        assert sample.command == f"napari-grains.sample.{sample.key}"
        assert name.endswith(("(synthetic)", "(real, NIST, download)"))


def test_synthetic_samples_open_through_the_plugin_manager() -> None:
    manager = PluginManager()
    manager.discover()
    manager.activate("napari-grains")
    contributions = {sample.key: sample for _, group in manager.iter_sample_data() for sample in group}
    for name, home in SAMPLES.items():
        if not home.startswith("napari_grains.samples:"):
            continue
        image, truth = contributions[name.rpartition(".")[2]].open(_registry=manager.commands)
        assert (image[2], truth[2]) == ("image", "labels")
        assert image[0].shape == truth[0].shape


@pytest.mark.viewer
def test_every_name_in_the_manifest_can_be_imported() -> None:
    PluginManifest.from_file(MANIFEST).validate_imports()


def test_wheel_is_discovered(archives: Archives, tmp_path: Path) -> None:
    assert discovered_in(archives.wheel, tmp_path) == COMMANDS


def test_wheel_made_from_the_source_archive_is_discovered(archives: Archives, tmp_path: Path) -> None:
    python("-m", "tarfile", "--extract", archives.source, "unpacked", cwd=tmp_path)
    build(next((tmp_path / "unpacked").iterdir()), tmp_path, "--wheel")
    assert discovered_in(next(tmp_path.glob("*.whl")), tmp_path / "installed") == COMMANDS


@pytest.mark.parametrize(
    "name", ["napari.yaml", "py.typed", "weights/default.safetensors", "samples/polycrystal.tif"]
)
def test_archives_hold_the_data_files(archives: Archives, name: str) -> None:
    with zipfile.ZipFile(archives.wheel) as wheel:
        assert f"napari_grains/{name}" in wheel.namelist()
    with tarfile.open(archives.source) as source:
        assert f"src/napari_grains/{name}" in {path.partition("/")[2] for path in source.getnames()}


def test_source_archive_leaves_out_the_top_level_link(archives: Archives) -> None:
    with tarfile.open(archives.source) as source:
        assert not [member.name for member in source if member.issym()]
        manifests = [name for name in source.getnames() if name.endswith("napari.yaml")]
    assert [name.partition("/")[2] for name in manifests] == ["src/napari_grains/napari.yaml"]


def test_top_level_manifest_is_a_link_to_the_one_in_the_package() -> None:
    link = PROJECT / "napari.yaml"
    if not link.is_symlink() and (PROJECT / "PKG-INFO").exists():
        pytest.skip("a source archive has no top-level manifest")
    assert link.readlink() == Path("src/napari_grains/napari.yaml")
