"""The end of a run: the table and what to know about it, or the last event."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typer

from ._reporters import say_json
from ._run import Run
from ._table import show_results, show_warnings


def show(finished: Run, output: Path, *, as_json: bool) -> None:
    """Print a run's results to stdout, and warnings and where the files are to stderr."""
    if as_json:
        say_summary(finished.summary, output, finished.error)
        return
    entries = [outcome.entry for outcome in finished.outcomes]
    show_results(entries, finished.pooled)
    show_warnings(entries)
    if finished.pooled:
        show_warnings([{"name": "all fields", **finished.pooled}])
    say_end(output, finished.error, interrupted=finished.interrupted)


def say_summary(summary: Mapping[str, Any], output: Path, error: str | None) -> None:
    """Say the last event of a run."""
    say_json({"event": "summary", "input": None, "output": str(output), "error": error, **summary})


def say_end(output: Path, error: str | None, *, interrupted: bool) -> None:
    """Say on stderr how a run ended and where its files are."""
    if interrupted:
        typer.echo("interrupted: what was finished is kept", err=True)
    if error is not None:
        typer.echo(f"error: {error}", err=True)
    typer.echo(f"results are in {output}", err=True)
