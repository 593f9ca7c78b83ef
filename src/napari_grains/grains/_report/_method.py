"""How the numbers of a report were found, and by which standards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ._numbers import Summary, is_number

_COUNTING: Final = """\
<p><b>Planimetric.</b> Grains are counted over the whole measured region as inside + half of the cut ones
&minus; the Euler number of the region (1 for a rectangle); mean area and mean diameter (of the circle of the
mean area) follow from that count. With N<sub>A</sub> grains per mm&sup2;, ASTM G = 3.321928
log<sub>10</sub>&thinsp;N<sub>A</sub> &minus; 2.9542, and ISO 643 has N<sub>A</sub> = 8 &middot;
2<sup>G</sup>, which gives a number lower by 0.05.</p>
<p><b>Intercepts.</b> Changes of grain are counted along parallel lines in {directions} directions, two mean
grain diameters apart, and along Abrams' three circles (circumferences 3:2:1), weighted by length. With the
mean intercept &ell; in mm, G = &minus;6.643856 log<sub>10</sub>&thinsp;&ell; &minus; 3.2877 on both scales.
The two methods differ for the same structure: G by intercepts is higher by 0.36 for random (Poisson-Voronoi)
cells, by 0.16 for hexagons. State which of them you quote.</p>"""

_SINGLE: Final = """\
<p><b>Single grains.</b> Distributions show complete grains with Miles-Lantu&eacute;joul weights, which make
up for large grains being cut by the frame more often; without the weights in outline. Diameters are those
of circles of equal area. In the rose the area of a petal is its share; a grain counts by its elongation,
(a&sup2; &minus; b&sup2;) / (a&sup2; + b&sup2;) of its ellipse, as the longest axis of a nearly round grain is
chance. A line marks a preferred direction (Rayleigh's test, p &lt; 0.05).</p>"""

_FIELDS: Final = """\
<p><b>Intervals</b> are t&thinsp;s / &radic;n over {fields} fields (Student's t, 95 %); %RA is half the
interval over the estimate, usually aimed at 10 % or less.</p>"""
_ONE_FIELD: Final = """\
<p><b>Intervals.</b> E112 takes the interval from the scatter between fields. One field gives none; measure
several.</p>"""

_STANDARDS: Final = {
    "ASTM E112": "average grain size: definition of G, planimetric and intercept procedures",
    "ASTM E1382": "doing so by image analysis",
    "ISO 643": "micrographic determination of the apparent grain size of steels",
    "ASTM E930": "the largest grain (ALA)",
    "ASTM E1181": "mixed (duplex) grain sizes: two populations were found, which no single G describes",
}


def method(summary: Summary, *, single_grains: bool = True) -> str:
    """Describe what was done, and name the standards that the numbers refer to.

    Parameters
    ----------
    summary : mapping
        Decides what there is to say.
    single_grains : bool
        Whether distributions are shown.
    """
    by_direction = summary.get("mean_intercept_px_by_direction")
    directions = str(len(by_direction)) if isinstance(by_direction, Mapping) and by_direction else "several"
    fields = summary.get("fields")
    several = is_number(fields) and fields > 1
    intervals = _FIELDS.format(fields=fields) if several else _ONE_FIELD
    single = _SINGLE if single_grains else ""
    counting = _COUNTING.format(directions=directions)
    return f'<div class="method">{counting}{single}{intervals}{_standards(summary)}{_twins(summary)}</div>'


def _standards(summary: Summary) -> str:
    mixture = summary.get("bimodal")
    left_out = set()
    if not is_number(summary.get("astm_g_largest")):
        left_out.add("ASTM E930")
    if not (isinstance(mixture, Mapping) and mixture.get("detected")):
        left_out.add("ASTM E1181")
    named = "; ".join(f"{name}, {about}" for name, about in _STANDARDS.items() if name not in left_out)
    return f"<p><b>Standards.</b> {named}.</p>"


def _twins(summary: Summary) -> str:
    if summary.get("twins") != "ignored":
        return ""
    number = summary.get("twin_boundaries")
    how_many = f" ({number} of them)" if is_number(number) else ""
    return f"<p><b>Twins.</b> Twin boundaries{how_many} were not counted as grain boundaries.</p>"
