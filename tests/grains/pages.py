"""Reading a page of HTML back: well-formed or not, its tables, pictures and what it refers to."""

from __future__ import annotations

import base64
import io
from html.parser import HTMLParser

import numpy as np
from PIL import Image

_VOID = {"meta", "img", "br"}


class Page(HTMLParser):
    """A page that was read.

    ``rows`` are the texts of table cells row by row, ``links`` the values of src and href, ``images`` pairs
    of address and alternative text, ``texts`` what can be read outside of style sheets.
    """

    def __init__(self, text: str):
        super().__init__()
        self.open, self.rows, self.links, self.images, self.texts, self.tags = [], [], [], [], [], set()
        assert text.startswith("<!doctype html>")
        self.feed(text)
        self.close()
        assert not self.open, "not all elements are closed"

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.tags.add(tag)
        self.links += [values[name] for name in ("src", "href", "action", "data") if name in values]
        if tag == "img":
            self.images.append((values["src"], values["alt"]))
        if tag not in _VOID:
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"}:
            self.rows[-1].append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, f"{tag} is closed where it is not open"

    def handle_data(self, data):
        if "style" in self.open:
            return
        self.texts.append(data)
        if {"td", "th"} & set(self.open):
            self.rows[-1][-1] += data

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())

    def row(self, name: str) -> list[str]:
        """Cells after the first row that begins with a name."""
        return next(row[1:] for row in self.rows if row and row[0] == name)

    def has_row(self, name: str) -> bool:
        return any(row and row[0] == name for row in self.rows)


def pixels(url: str) -> np.ndarray:
    """Picture of a data URL, (Y, X, 3) uint8."""
    head, content = url.split(",")
    assert head == "data:image/jpeg;base64"
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(content))).convert("RGB"))
