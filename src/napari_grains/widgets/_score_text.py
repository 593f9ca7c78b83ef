"""What a training of a classifier came to, in a line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from napari_grains.widgets._run_panel import duration

_LEARNED: Final = {
    "frozen": "the head alone",
    "last stage": "head and last stage",
    "full": "the whole network",
}
"""What learned, by strategy."""


def trained_text(result: Mapping[str, Any]) -> str:
    """Say what the job "train_classifier" did."""
    began = "Stopped, and saved" if result.get("stopped") else "Saved"
    strategy = str(result["strategy"])
    what = _LEARNED.get(strategy, strategy)
    return f"{began} as “{result['name']}” after {duration(float(result['seconds']))}; {what} learned."


def scores_text(scores: Mapping[str, Any] | None, why_not: str | None) -> str:
    """Say how good a classifier is on what it did not learn from, or that nobody knows.

    Parameters
    ----------
    scores : mapping or None
        Of the job "train_classifier", or from the card of a classifier.
    why_not : str or None
        Why nothing was estimated.
    """
    if scores is None or "accuracy" not in scores:
        reason = (why_not or "").strip()
        said = reason[:1].upper() + reason[1:] if reason else "Not estimated"
        return f"{said.rstrip('.')}. How good it is on other specimens is not known."
    return (
        f"Held out ({scores['held_out']}): {scores['accuracy']:.0%} right, mean recall "
        f"{scores['balanced_accuracy']:.0%}, calibration error {scores['calibration_error']:.2f}."
    )


def by_class_text(scores: Mapping[str, Any]) -> str:
    """Say precision and recall of each class, one per line."""
    columns = (scores[key] for key in ("classes", "precision", "recall"))
    return "\n".join(
        f"{name}: precision {_share(precision)}, recall {_share(recall)}"
        for name, precision, recall in zip(*columns, strict=True)
    )


def scores_of_card(card: Mapping[str, Any]) -> tuple[Mapping[str, Any] | None, str | None]:
    """Return scores from a card as `scores_text` takes them: scores, or why there are none."""
    scores = card.get("scores") or {}
    if "confusion" in scores:
        return scores, None
    return None, str(scores.get("held_out") or "not estimated: its card says nothing")


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
