"""What is shown in a terminal."""

from __future__ import annotations

import io

import numpy as np
from rich.console import Console

from napari_grains.cli import _reporters
from napari_grains.cli._table import show_table
from napari_grains.events import Notice, Preview, Progress

ENTRY = {"status": "done", "name": "a", "grains": 12, "mean_diameter_um": 4.5, "astm_g_planimetric": 8.123}


def test_the_bar_shows_what_is_going_on() -> None:
    terminal = io.StringIO()
    console = Console(file=terminal, force_terminal=True, width=120, legacy_windows=False)
    with _reporters.BarReporter(console) as bar:
        bar.begin(1, 3, "[red]a.tif")
        bar.event(Progress(3, 4, "boundaries"))
        bar._bar.refresh()  # it draws itself ten times a second, which is later
        bar.event(Preview("boundary", np.zeros((2, 2)), (0, 0)))
        bar.event(Notice("RGB turned\ninto luminance"))
        bar.end(ENTRY)
        bar.begin(2, 3, "b")
    shown = terminal.getvalue()
    assert "[2/3] [red]a.tif: boundaries" in shown
    assert "75 %" in shown
    assert "[2/3] [red]a.tif: RGB turned into luminance" in shown
    assert "12 grains, mean diameter 4.500 um, ASTM G 8.12" in shown
    assert shown.endswith("\x1b[?25h") or "\x1b[?25h" in shown  # the cursor is back


def test_the_reporter_fits_the_output(monkeypatch) -> None:
    terminal = io.StringIO()
    monkeypatch.setattr(_reporters.sys, "stderr", terminal)
    assert isinstance(_reporters.reporter_for(as_json=False), _reporters.LineReporter)
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    assert isinstance(_reporters.reporter_for(as_json=False), _reporters.BarReporter)
    assert isinstance(_reporters.reporter_for(as_json=True), _reporters.JsonReporter)


def test_tables_are_never_cut(capsys, monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    long = "a_very_long_name_of_a_micrograph_" * 5
    show_table(("name", "grains"), [[long, "7"], ["[bold]b", "12345"]])
    header, first, second = capsys.readouterr().out.splitlines()
    assert first == f"{long}        7"
    assert second.rstrip().endswith("12345")
    assert second.startswith("[bold]b ")
    assert header.index("grains") + len("grains") == len(first.rstrip())
