"""A fine-tuned network, its card, and the line that says what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from napari_grains.networks import NetworkCard, UNet

from ._finetuning import Finetuning
from ._painted import Field
from ._race import LEAST


@dataclass(frozen=True, eq=False)
class Finetuned:
    """The best network on held-out strokes, in ``eval`` mode on the CPU.

    Parameters
    ----------
    network : UNet
        The network before the training if nothing was better.
    card : NetworkCard
        Its card.
    figures : mapping
        "steps", "seconds", "device", "layers"; "batch", patches and synthetic micrographs of the last step;
        "before" and "after", errors on held-out strokes or None; "held_out", what was held out ("another
        image", "parts of the image", or "nothing"); "kept" ("trained" or "start"), "change", the share of the
        change of the weights that it kept, "keeping", the weight of what was said before, "validated",
        "stopped", "verdict"; of phases also "confusion" (rows true), "iou" and "unknown", None if nothing was
        held out, "temperature", and "calibration": "places", "error_before" and "error_after", the expected
        calibration errors without and with a temperature.
    """

    network: UNet
    card: NetworkCard
    figures: Mapping[str, Any] = field(default_factory=dict)


def finetuned_card(
    start: NetworkCard,
    settings: Finetuning,
    name: str,
    figures: Mapping[str, Any],
    fields: Iterable[Field],
    start_sha256: str,
    notes: str,
) -> NetworkCard:
    """Say all that is known about a fine-tuned network; what it was before stays on its card.

    Parameters
    ----------
    start : NetworkCard
        Of the network before.
    settings : Finetuning
        Of the training.
    name, notes : str
        Name and further text.
    figures : mapping
        See `Finetuned`.
    fields : iterable of Field
        What was painted.
    start_sha256 : str
        Hash of the file of the network before.
    """
    painted = [
        {
            "image": one.name,
            "sha256": one.fingerprint,
            "strokes": one.strokes,
            "scale": round(one.frame.scale, 4),
            "scale_chosen": one.scale_chosen,
        }
        | ({} if one.pixel_size is None else {"pixel_size_m": [one.pixel_size.y, one.pixel_size.x]})
        for one in fields
    ]
    run = {"settings": settings.to_dict(), "start": start_sha256, "painted": painted} | dict(figures)
    data = dict.fromkeys((*start.data, *(one["sha256"] for one in painted)))
    scores = {} if figures["after"] is None else _scores(figures)
    return replace(
        start,
        name=name,
        recipe={**start.recipe, "finetuning": [*start.recipe.get("finetuning", ()), run]},
        data=tuple(str(each) for each in data),
        temperature=figures.get("temperature", 1.0),
        scores={**start.scores, **scores},
        versions={package: version(package) for package in ("napari-grains", "torch", "numpy", "scipy")},
        created=datetime.now(UTC).date().isoformat(),
        notes=f"Fine-tuned on strokes from {start.name}. {notes}".strip(),
    )


def _scores(figures: Mapping[str, Any]) -> dict[str, float]:
    return {
        "held-out strokes, error before": round(figures["before"], 4),
        "held-out strokes, error after": round(figures["after"], 4),
    }


def verdict(before: float | None, after: float | None, *, won: bool) -> str:
    """Say in one line what came of a training."""
    if before is None or after is None:
        return "too few strokes to hold some out: nobody can say whether the network got better; paint more."
    if before <= LEAST:
        return (
            "the network before the training is kept: it is right on the held-out strokes already "
            f"(error {before:.3f}); paint where it is wrong."
        )
    if not won:
        return (
            f"the network before the training is kept: nothing was better on the held-out strokes "
            f"(error {before:.3f})."
        )
    return f"the error on held-out strokes fell from {before:.3f} to {after:.3f}."
