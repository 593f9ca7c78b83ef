from ._layers import LayerData
from ._real import nist_steel, nist_titanium
from ._synthetic import (
    backscatter_steps,
    bimodal_steel,
    bright_field_film,
    etched_polycrystal,
    etched_stainless,
    grooved_ceramic,
    rolled_sheet,
    six_fields,
)

__all__ = [
    "LayerData",
    "backscatter_steps",
    "bimodal_steel",
    "bright_field_film",
    "etched_polycrystal",
    "etched_stainless",
    "grooved_ceramic",
    "nist_steel",
    "nist_titanium",
    "rolled_sheet",
    "six_fields",
]
