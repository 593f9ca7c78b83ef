"""The page around the parts of a report: its style on screen and on A4."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from string import Template
from typing import Final

from napari_grains.errors import InputError
from napari_grains.files import replacing

from ._numbers import escaped

_PAGE: Final = Template("""<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<style>
@page { size: A4; margin: 13mm 14mm 15mm;
  font: 7.5pt system-ui, sans-serif; color: #666;
  @bottom-left { content: "$footer" } @bottom-right { content: counter(page) " / " counter(pages) } }
:root { --text: #1d2126; --soft: #59616b; --line: #d9dde2; --tint: #f3f5f8; --blue: #2f5d95; --warn: #c8401f }
* { box-sizing: border-box }
body { font: 15px/1.45 system-ui, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif;
  color: var(--text); background: #fff; max-width: 62em; margin: 1.6em auto 3em; padding: 0 1.2em }
h1 { font-size: 1.7em; line-height: 1.2; margin: 0; overflow-wrap: anywhere }
h2 { font-size: 1.08em; margin: 1.5em 0 .5em; padding-bottom: .2em; border-bottom: 1.5px solid var(--blue);
  color: var(--blue); break-after: avoid }
h3 { font-size: .95em; margin: 0 0 .3em; break-after: avoid }
p { margin: .3em 0 } .small, figcaption { color: var(--soft); font-size: .84em }
header { border-top: 5px solid var(--blue); padding-top: .7em }
.kind { color: var(--blue); font-weight: 600; letter-spacing: .04em; margin: 0 }
dl.facts { display: flex; flex-wrap: wrap; gap: .2em 2em; margin: .5em 0 0; font-size: .92em }
dl.facts div { overflow-wrap: anywhere } dl.facts dt { display: inline; color: var(--soft) }
dl.facts dd { display: inline; margin: 0 0 0 .4em }
table { border-collapse: collapse; width: 100%; font-size: .92em }
th, td { padding: .22em .9em .22em 0; text-align: left; vertical-align: top;
  border-bottom: 1px solid var(--line) }
th:last-child, td:last-child { padding-right: 0 } thead th { color: var(--soft); font-weight: 600 }
tr { break-inside: avoid } thead { display: table-header-group }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums }
.indicative { color: var(--soft); font-style: italic }
.headline { background: var(--tint); border: 1px solid var(--line); border-radius: 6px; margin: 1em 0;
  padding: .5em 1em .6em; break-inside: avoid }
.headline th, .headline td { vertical-align: middle; width: 37% }
.headline th:first-child { width: 26%; white-space: nowrap } .headline tr:last-child > * { border-bottom: 0 }
.headline tbody th { font-weight: 600 }
.headline .big { font-size: 1.55em; font-weight: 700; line-height: 1.15 }
.headline .with { color: var(--soft); font-size: .92em; white-space: nowrap; margin-left: .4em }
.warnings { border: 1px solid #eec5b8; border-left: 5px solid var(--warn); background: #fdf3ef; margin: 1em 0;
  padding: .45em 1em .5em; break-inside: avoid } .warnings ul { margin: 0; padding-left: 1.1em }
.row { display: flex; flex-wrap: wrap; gap: 1em 1.4em; align-items: flex-start }
.row > .half { flex: 1 1 21em } .row > .third { flex: 0 1 calc(33.3% - 1em); min-width: 13em }
.row > .whole { flex: 1 1 100% }
figure { margin: 0; break-inside: avoid; text-align: center }
figcaption { text-align: left; margin-top: .25em; overflow-wrap: anywhere }
figure img { width: 100%; height: auto; max-height: 34em; object-fit: contain; display: block }
section.together { break-inside: avoid } .provenance th { font-weight: 400; color: var(--soft); width: 36% }
.provenance td { overflow-wrap: anywhere } .provenance thead th { font-weight: 600 }
sub, sup { line-height: 0 } .row + .row, table + table, table + .row { margin-top: .8em }
@media screen and (max-width: 45em) { .headline th:first-child, .headline .with { white-space: normal } }
@media print {
  body { font-size: 9pt; line-height: 1.36; margin: 0; padding: 0; max-width: none }
  * { -webkit-print-color-adjust: exact; print-color-adjust: exact }
  h2 { margin: .8em 0 .4em } .row { gap: 2.5mm 6mm } .results { font-size: .93em }
  th, td { padding-top: .13em; padding-bottom: .13em } .headline, .warnings { margin: .7em 0 }
  .row > .half { flex: 0 1 calc(50% - 3mm) } .row > .third { flex: 0 1 calc(33.3% - 4mm); min-width: 0 }
  figure img { max-height: 84mm } p { orphans: 3; widows: 3 }
  .method { font-size: .87em; line-height: 1.3 } .provenance { font-size: .82em }
}
</style></head><body>
$body
</body></html>
""")


def write_page(path: str | os.PathLike[str], title: str, parts: Iterable[str]) -> None:
    """Write a page whole or not at all.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    page = _PAGE.substitute(
        title=escaped(title), footer=_css_text(title), body="\n".join(filter(None, parts))
    )
    try:
        with replacing(path) as unfinished:
            unfinished.write_text(page, encoding="utf-8")
    except OSError as error:
        raise cannot_write("report", path, error) from error


def cannot_write(what: str, path: str | os.PathLike[str], error: OSError) -> InputError:
    """Make the error that says in one line why a file is not there."""
    reason = error.strerror or str(error)
    return InputError(
        f"The {what} {path} could not be written ({reason}): choose another folder or free some space."
    )


def header(kind: str, title: str, facts: Sequence[tuple[str, str]]) -> str:
    """Head of a page: what it is, of what, and facts in a line; facts without a value are left out."""
    items = "".join(
        f"<div><dt>{escaped(name)}</dt><dd>{escaped(value)}</dd></div>" for name, value in facts if value
    )
    top = f'<p class="kind">{escaped(kind)}</p><h1>{escaped(title)}</h1>'
    return f'<header>{top}<dl class="facts">{items}</dl></header>'


def warning_box(warnings: Iterable[str]) -> str:
    """Box of warnings, one line each; nothing if there are none."""
    lines = "".join(f"<li>{escaped(warning)}</li>" for warning in warnings)
    return (
        f'<div class="warnings"><h3>Before you use these numbers</h3><ul>{lines}</ul></div>' if lines else ""
    )


def section(title: str, content: str, *, classes: str = "") -> str:
    """Part of a page with a heading; nothing if it is empty."""
    attribute = f' class="{classes}"' if classes else ""
    return f"<section{attribute}><h2>{escaped(title)}</h2>{content}</section>" if content else ""


def row(figures: Iterable[str]) -> str:
    """Figures side by side as far as there is room; nothing if there are none."""
    content = "".join(figures)
    return f'<div class="row">{content}</div>' if content else ""


def figure(url: str, caption: str, kind: str, alternative: str | None = None) -> str:
    """Picture with a caption; ``kind`` is its share of a row: half, third or whole."""
    image = f'<img src="{url}" alt="{escaped(alternative or caption)}">'
    return f'<figure class="{kind}">{image}<figcaption>{escaped(caption)}</figcaption></figure>'


def _css_text(text: str) -> str:
    """Make any text safe between quotes in a style sheet within HTML."""
    return "".join(char if char.isalnum() or char in " .-_" else f"\\{ord(char):06x} " for char in text)
