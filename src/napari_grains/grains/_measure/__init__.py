"""From a label image to grain size: fields, counts, intercepts, single grains, intervals and warnings."""
