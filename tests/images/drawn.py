"""Scale bars and info bars drawn onto pictures, the way microscopes do it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from napari_grains.synthesis import Range, Recipe


@dataclass(frozen=True)
class Bar:
    """A scale bar of `length` px that begins at the left edge of column `left`; ticks stand on its ends."""

    top: int
    left: int
    length: int
    thickness: int = 4
    ticks: int = 0
    tick_width: int = 2
    text: str = "20 um"
    size: int = 16
    ink: int = 255
    plate: int | None = None
    text_inside: bool = False

    @property
    def ends(self) -> tuple[float, float]:
        return self.left - 0.5, self.left + self.length - 0.5


def draw_bar(picture: np.ndarray, bar: Bar) -> tuple[np.ndarray, tuple[int, int, int, int]]:
    """Draw onto (Y, X) uint8; also give top, bottom, left and right of all that was drawn."""
    image = Image.fromarray(picture.copy())
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(bar.size)
    middle = bar.left + bar.length / 2
    where = (middle, bar.top + bar.thickness / 2) if bar.text_inside else (middle, bar.top - 6 - bar.ticks)
    anchor = "mm" if bar.text_inside else "ms"
    text = draw.textbbox(where, bar.text, font=font, anchor=anchor)
    top, bottom = bar.top - bar.ticks, bar.top + bar.thickness + bar.ticks
    left, right = bar.left - bar.tick_width // 2, bar.left + bar.length + bar.tick_width // 2
    box = (min(top, text[1]), max(bottom, text[3]), min(left, text[0]), max(right, text[2]))
    if bar.plate is not None:
        box = (int(box[0]) - 6, int(box[1]) + 6, int(box[2]) - 8, int(box[3]) + 8)
        draw.rectangle((box[2], box[0], box[3] - 1, box[1] - 1), fill=bar.plate)
    row = (bar.top, bar.top + bar.thickness - 1)
    draw.rectangle((bar.left, row[0], bar.left + bar.length - 1, row[1]), fill=bar.ink)
    if bar.text_inside:
        under = bar.plate if bar.plate is not None else 255 - bar.ink
        draw.rectangle((text[0] - 4, row[0], text[2] + 4, row[1]), fill=under)
    if bar.ticks:
        for end in (bar.left, bar.left + bar.length):
            start = end - bar.tick_width // 2
            draw.rectangle((start, top, start + bar.tick_width - 1, bottom - 1), fill=bar.ink)
    draw.text(where, bar.text, font=font, fill=bar.ink, anchor=anchor)
    return np.asarray(image), tuple(int(edge) for edge in box)


def add_info_bar(picture: np.ndarray, rows: int, *, paper: int = 0, ink: int = 255, frame: bool = False):
    """Append `rows` rows of banner with text to (Y, X) uint8."""
    height, width = picture.shape
    image = Image.new("L", (width, height + rows), paper)
    image.paste(Image.fromarray(picture), (0, 0))
    draw = ImageDraw.Draw(image)
    if frame:
        draw.rectangle((0, height, width - 1, height + rows - 1), outline=ink)
        draw.line((width // 3, height, width // 3, height + rows - 1), fill=ink)
    font = ImageFont.load_default(max(8, min(rows // 2, width // 32)))
    texts = ("HV 15.0 kV", "Mag 2 500 x", "WD 8.1 mm")
    for number, text in enumerate(texts):
        draw.text(((0.04 + 0.22 * number) * width, height + rows / 2), text, font=font, fill=ink, anchor="lm")
    return np.asarray(image)


@cache
def micrograph(index: int) -> np.ndarray:
    """Give a synthetic micrograph, (360, 480) uint8: etched, grain contrast, bright lines."""
    kinds = ("etched", "grain steps", "bright lines")
    # The ranges are given so that the pictures stay as they are when the default recipe changes.
    few = {"twins.share": Range(0.1, 0.6, chance=0.15), "twins.visibility": Range(0.2, 1.0)}
    if index != 1:
        few["contrast.faint_edges"] = Range(0, 0.15)
    recipe = Recipe({kinds[index]: 1.0}, grain_diameter=(25.0, 50.0), ranges=few)
    picture = np.rint(recipe.micrograph(11, index, (360, 480)).image * 255).astype(np.uint8)
    picture.flags.writeable = False
    return picture
