"""What of which file an image is: an image, a frame of a stack or a patch of either."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Origin:
    """Where an example is to be seen: what of which file it is.

    Parameters
    ----------
    file : Path
        An image or a stack.
    frame : int
        Of the stack, 0 for an image.
    corner : (int, int), optional
        Row and column of the first pixel of a patch; None: the whole frame.
    side : int, optional
        Of the patch in px.
    """

    file: Path
    frame: int = 0
    corner: tuple[int, int] | None = None
    side: int | None = None

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Origin:
        """Take what `to_dict` returned."""
        corner = None if told["corner"] is None else (int(told["corner"][0]), int(told["corner"][1]))
        return cls(Path(told["file"]), int(told["frame"]), corner, told["side"])

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        corner = None if self.corner is None else list(self.corner)
        return {"file": str(self.file), "frame": self.frame, "corner": corner, "side": self.side}

    @property
    def middle(self) -> tuple[int, int] | None:
        """Row and column of the middle of a patch; None of a whole frame."""
        if self.corner is None or self.side is None:
            return None
        return self.corner[0] + self.side // 2, self.corner[1] + self.side // 2
