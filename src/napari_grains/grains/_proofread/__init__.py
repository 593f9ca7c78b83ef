"""Grains corrected by hand: edits of one plane, their history, and the journal that survives a crash."""
