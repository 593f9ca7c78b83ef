"""The report of a measurement: one HTML file that needs no other."""

from __future__ import annotations

import html
import json
import os
from collections.abc import Mapping
from string import Template

import numpy as np
from numpy.typing import NDArray

from napari_grains.errors import InputError
from napari_grains.files import replacing

from ._measurement import Measurement
from ._pictures import LINE_COLOUR, diameter_histogram, grain_lines_picture

_PAGE = Template("""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>$title</title>
<style>
@page { size: A4; margin: 14mm }
body { font: 14px/1.45 system-ui, "Segoe UI", Roboto, sans-serif; color: #222; max-width: 60em;
       margin: 1.5em auto; padding: 0 1em }
h1 { font-size: 1.5em; margin: 0 0 .1em } h2 { font-size: 1.1em; margin: 1.4em 0 .4em }
.headline { font-size: 1.1em; margin: .2em 0 1em }
table { border-collapse: collapse }
td, th { padding: .15em 1.2em .15em 0; text-align: left; vertical-align: top }
tr { border-bottom: 1px solid #ddd } td.number { font-variant-numeric: tabular-nums; white-space: nowrap }
.warnings { border-left: 4px solid $line; padding: .1em 1em; background: #fdf1ed }
.pictures { display: flex; flex-wrap: wrap; gap: 1em; align-items: flex-start }
.pictures figure { margin: 0; break-inside: avoid }
.pictures .lines { flex: 3 1 24em } .pictures .histogram { flex: 2 1 18em }
 figure img { width: 100% }
figcaption, .small { color: #555; font-size: .88em } section { break-inside: avoid }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font-size: .82em }
</style></head><body>
<h1>$title</h1>
<p class="headline">$headline</p>
$warnings
<section><h2>Results</h2>
<table><tr><th>Quantity</th><th>Value</th><th>95 % interval</th></tr>$rows</table></section>
<section><h2>Grains</h2><div class="pictures">$pictures</div></section>
<section><h2>Method</h2>$method</section>
<section><h2>Provenance</h2><pre>$provenance</pre></section>
</body></html>
""")

_METHOD = """\
<p>Grains are counted over the whole measured region as inside + half of the cut ones &minus; the Euler
number of the region (1 for a rectangle); mean area and mean diameter (of the circle of the mean area)
follow from that count. Intercepts are the changes of grain along parallel lines in sixteen directions,
two mean grain diameters apart, and along Abrams' three circles (circumferences 3:2:1), weighted by
length. The ASTM numbers are on the scales of ASTM E112, measured by image analysis as in E1382: G =
3.321928 log<sub>10</sub>(grains per mm&sup2;) &minus; 2.9542 and G = &minus;6.643856
log<sub>10</sub>(mean intercept in mm) &minus; 3.2877. The two scales differ for the same structure: by
0.36 for random (Poisson-Voronoi) cells, by 0.16 for hexagons.</p>
<p>Intervals are Student's t over fields. The distribution shows complete grains with
Miles-Lantu&eacute;joul weights, which make up for large grains being cut by the frame more often;
without the weights in outline.</p>"""

_RESULTS = (
    ("Grains seen, cut ones included", "grains", "grains", ""),
    ("Cut by the rim", "edge_grains", "edge_grains", ""),
    ("Intercepts counted", "intercepts", "intercepts", ""),
    ("Fields", "fields", "fields", ""),
    ("Grains per area", "grains_per_mm2", "grains_per_megapixel", "/mm²|/Mpx"),
    ("Mean grain area", "mean_area_um2", "mean_area_px", "µm²|px"),
    ("Mean grain diameter", "mean_diameter_um", "mean_diameter_px", "µm|px"),
    ("Mean lineal intercept", "mean_intercept_um", "mean_intercept_px", "µm|px"),
    ("ASTM grain size G, planimetric", "astm_g_planimetric", "astm_g_planimetric", ""),
    ("ASTM grain size G, intercept", "astm_g_intercept", "astm_g_intercept", ""),
)


def write_report(
    path: str | os.PathLike[str],
    *,
    title: str,
    image: NDArray[np.generic] | None,
    labels: NDArray[np.integer],
    measurement: Measurement,
    provenance: Mapping[str, object],
) -> None:
    """Write results, pictures, method, warnings and provenance into one self-contained HTML file.

    Parameters
    ----------
    path : path
        File to write; it is replaced only once the new one is complete.
    title : str
        Heading, such as the name of the micrograph.
    image : ndarray, shape (Y, X) or (Z, Y, X), or None
        The micrograph, shown under the grain lines; without it grains are shown as patches of grey.
    labels : ndarray of int, same shape
        Its grains. Of a stack the middle slice is shown.
    measurement : Measurement
        Of ``labels``.
    provenance : mapping
        JSON values: versions, source, settings.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    pictures = _figure(grain_lines_picture(image, labels, measurement.pixel_size), "Grain lines", "lines")
    pictures += _figure(
        diameter_histogram(measurement), "Equivalent circle diameters, complete grains", "histogram"
    )
    page = _PAGE.substitute(
        title=html.escape(title),
        line=LINE_COLOUR,
        headline=html.escape(_headline(measurement)),
        warnings=_warning_box(measurement),
        rows="".join(_row(measurement, *result) for result in _RESULTS),
        pictures=pictures,
        method=_METHOD,
        provenance=html.escape(json.dumps(dict(provenance), indent=1, default=str, ensure_ascii=False)),
    )
    try:
        with replacing(path) as unfinished:
            unfinished.write_text(page, encoding="utf-8")
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(
            f"The report {path} could not be written ({reason}): choose another folder or free some space."
        ) from error


def _headline(measurement: Measurement) -> str:
    summary = measurement.summary
    grains = f"{summary['grains']} grains"
    if measurement.pixel_size is None:
        return f"{grains}, mean diameter {_number(summary['mean_diameter_px'])} px, not calibrated"
    return (
        f"{grains}, mean diameter {_number(summary['mean_diameter_um'])} µm, "
        f"ASTM G {_number(summary['astm_g_planimetric'])} (planimetric), "
        f"{_number(summary['astm_g_intercept'])} (intercept); pixel size {measurement.pixel_size}"
    )


def _warning_box(measurement: Measurement) -> str:
    lines = "".join(f"<p>{html.escape(warning)}</p>" for warning in measurement.warnings)
    return f'<div class="warnings">{lines}</div>' if lines else ""


def _row(measurement: Measurement, name: str, calibrated_key: str, pixel_key: str, units: str) -> str:
    calibrated = measurement.pixel_size is not None
    key = calibrated_key if calibrated else pixel_key
    unit = units.split("|")[0 if calibrated else -1]
    interval = measurement.summary.get(f"{key}_ci95")
    spread = " to ".join(_number(end) for end in interval) if isinstance(interval, list) else "-"
    value = _number(measurement.summary[key])
    return f'<tr><td>{name}</td><td class="number">{value} {unit}</td><td class="number">{spread}</td></tr>'


def _number(value: object) -> str:
    """Write counts in full and measured values with four digits."""
    if isinstance(value, int):
        return str(value)
    if not isinstance(value, float):
        return "-"
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:#.4g}"


def _figure(picture: str, caption: str, kind: str) -> str:
    img = f'<img alt="{caption}" src="{picture}">'
    return f'<figure class="{kind}">{img}<figcaption>{caption}</figcaption></figure>'
