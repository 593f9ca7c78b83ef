"""Help, version, and arguments that make no sense."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

import napari_grains

OPTIONS = {
    "segment": {
        "output",
        "model",
        "scale",
        "grain-diameter",
        "pixel-size",
        "device",
        "merge",
        "relative-merge",
        "average",
        "method",
        "min-grain",
        "info-bar",
        "json",
        "help",
    },
    "measure": {"output", "pixel-size", "exclude", "region", "twins", "report", "json", "help"},
    "demo": {"output", "help"},
    "phases": {"help"},
    "finetune": {
        "image",
        "labels",
        "output",
        "paint",
        "class-names",
        "channel",
        "model",
        "validate-image",
        "validate-labels",
        "scale",
        "layers",
        "steps",
        "seconds",
        "seed",
        "device",
        "json",
        "help",
    },
    "pretrain": {
        "output",
        "recipe",
        "match",
        "steps",
        "minutes",
        "start",
        "resume",
        "seed",
        "device",
        "validate-image",
        "validate-labels",
        "json",
        "help",
    },
    "synthesize": {"output", "number", "seed", "recipe", "size", "json", "help"},
}


def test_help_lists_the_commands_that_run(grains) -> None:
    listed = grains("-h").out.partition("Commands:")[2]
    assert set(re.findall(r"^  (\w+)  ", listed, re.MULTILINE)) == set(OPTIONS)


@pytest.mark.parametrize("command", OPTIONS)
def test_each_command_explains_its_options(grains, command) -> None:
    short, long = grains(command, "-h"), grains(command, "--help")
    assert short.code == long.code == 0
    assert short.out == long.out
    assert set(re.findall(r"^  (?:-\w, )?--([\w-]+)", short.out, re.MULTILINE)) == OPTIONS[command]


def test_no_arguments_show_the_help(grains) -> None:
    assert "Commands:" in (answer := grains()).out + answer.err


def test_version(grains) -> None:
    answer = grains("--version")
    assert answer.code == 0
    assert answer.out.split() == ["napari-grains", napari_grains.__version__]


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from napari_grains.cli import app; app(['segment', '-h'], standalone_mode=False);"
        "print('IMPORTED', *{name.partition('.')[0] for name in sys.modules})"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    imported = set(run.stdout.partition("IMPORTED")[2].split())
    assert "typer" in imported
    assert not imported & {"torch", "numpy", "scipy", "pandas", "skimage", "matplotlib", "napari", "qtpy"}


WRONG = {
    "pixel size without a unit": (["--pixel-size", "0.44"], "unit"),
    "pixel size of nonsense": (["--pixel-size", "wide"], "wide"),
    "unknown device": (["--device", "abacus"], "abacus"),
    "no such CUDA device": (["--device", "cuda:99"], "cuda:99"),
    "unknown network": (["--model", "nobody"], "nobody"),
    "network that is none": (["--model", __file__], "test_cli_arguments.py"),
    "scale of nonsense": (["--scale", "big"], "big"),
    "scale out of range": (["--scale", "1000"], "1000"),
    "scale and diameter": (["--scale", "0.5", "--grain-diameter", "30"], "--grain-diameter"),
    "diameter too small": (["--grain-diameter", "0"], "diameter"),
    "merge out of range": (["--merge", "2"], "merge"),
    "relative merge out of range": (["--relative-merge", "-0.1"], "relative merge"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_wrong_arguments_of_segment_are_refused_before_any_work(
    grains, network, micrograph, output, wrong
) -> None:
    arguments, phrase = WRONG[wrong]
    model = [] if "--model" in arguments else ["--model", network]
    answer = grains("segment", micrograph(), "--output", output, *model, *arguments)
    assert answer.code == 2
    assert answer.err.count("\n") == 1
    assert answer.err.startswith("error: ")
    assert phrase in answer.err
    assert answer.out == ""
    assert not list(output.glob("*"))


@pytest.mark.parametrize("command", ["segment", "measure"])
def test_an_output_that_is_a_file_is_refused(grains, network, micrograph, tmp_path, command) -> None:
    file = tmp_path / "taken"
    file.write_text("mine")
    for output in (file, file / "below"):
        answer = grains(command, micrograph(), "--output", output)
        assert (answer.code, answer.err.count("\n")) == (2, 1)
        assert str(output) in answer.err
    assert file.read_text() == "mine"


def test_an_output_without_permission_is_refused(grains, micrograph, monkeypatch, tmp_path) -> None:
    def denied(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("napari_grains.cli._folder.tempfile.TemporaryFile", denied)
    answer = grains("measure", micrograph(), "--output", tmp_path)
    assert answer.code == 2
    assert (
        answer.err
        == f"error: cannot write to --output {tmp_path} (Permission denied); name another folder.\n"
    )


@pytest.mark.parametrize(
    "arguments", [["segment", "a.tif"], ["measure", "--output", "x"], ["segment", "--quick"]]
)
def test_missing_and_unknown_arguments_are_refused(grains, arguments) -> None:
    answer = grains(*arguments)
    assert answer.code == 2
    assert "Error: " in answer.err


def test_an_input_is_never_overwritten(grains, micrograph) -> None:
    image, labels = micrograph("a.tif"), micrograph("a_grains.tif")
    before = labels.read_bytes()
    answer = grains("segment", image, labels, "--output", labels.parent)
    assert answer.code == 2
    assert "overwrite" in answer.err
    assert labels.read_bytes() == before


def test_with_json_a_refusal_is_an_event_too(grains, micrograph, output) -> None:
    answer = grains("measure", micrograph(), "--output", output, "--pixel-size", "7", "--json")
    assert answer.code == 2
    [event] = answer.events
    assert event["event"] == "error"
    assert answer.err == f"error: {event['message']}\n"
