"""How a command ends that could not begin: one line and an exit code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from napari_grains.errors import InputError


@contextmanager
def answering(*, as_json: bool) -> Iterator[None]:
    """Turn what a command could not begin with into one line and an exit code."""
    try:
        yield
    except (typer.Exit, BrokenPipeError):
        raise
    except InputError as error:
        _refuse(str(error), as_json)
        raise typer.Exit(2) from None
    except Exception as error:  # noqa: BLE001 - one line for the user, the log has the rest
        from ._log import logged

        _refuse(logged(error), as_json)
        raise typer.Exit(1) from None


def _refuse(message: str, as_json: bool) -> None:
    from ._json import one_line, to_json

    typer.echo(f"error: {one_line(message)}", err=True)
    if as_json:
        typer.echo(to_json({"event": "error", "input": None, "message": one_line(message)}))
