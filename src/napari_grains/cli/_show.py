"""The end of a run: the table and what to know about it, or the last event."""

from __future__ import annotations

from pathlib import Path

import typer

from ._reporters import say_json
from ._run import Run
from ._table import show_results, show_warnings


def show(finished: Run, output: Path, *, as_json: bool) -> None:
    """Print a run's results to stdout, and warnings and where the files are to stderr."""
    if as_json:
        say_json(
            {"event": "summary", "input": None, "output": str(output), "error": finished.error}
            | finished.summary
        )
        return
    entries = [outcome.entry for outcome in finished.outcomes]
    show_results(entries, finished.pooled)
    show_warnings(entries)
    if finished.pooled:
        show_warnings([{"name": "all fields", **finished.pooled}])
    if finished.interrupted:
        typer.echo("interrupted: what was finished is kept", err=True)
    if finished.error is not None:
        typer.echo(f"error: {finished.error}", err=True)
    typer.echo(f"results are in {output}", err=True)
