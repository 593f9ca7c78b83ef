"""Shares of phases and classes as text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

Share: TypeAlias = Mapping[str, Any]
"""As `PhaseFraction.to_dict` and `GrainFraction.to_dict` tell it."""


def share_text(share: Share) -> str:
    """Say a share in percent, a dash where there is none."""
    return "-" if share["fraction"] is None else f"{100 * share['fraction']:.1f} %"


def interval_text(share: Share) -> str:
    """Say a share with its interval: ``"42.0 % (39.2 to 44.8)"``, with an ``≈`` if it is only indicative."""
    for key, mark in (("ci95", ""), ("indicative95", "≈")):
        if share[key] is not None:
            low, high = (100 * end for end in share[key])
            return f"{share_text(share)} ({mark}{low:.1f} to {high:.1f})"
    return share_text(share)
