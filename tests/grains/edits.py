"""Random edits of planes of 64 x 64 px."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

PLACES = st.tuples(st.integers(0, 63), st.integers(0, 63))
EDITS = st.one_of(
    st.tuples(st.just("merge"), PLACES, st.integers(0, 5)),
    st.tuples(st.just("delete"), PLACES),
    st.tuples(st.just("split"), PLACES, PLACES),
    st.tuples(st.just("grow"), PLACES),
    st.tuples(st.just("add"), PLACES, PLACES),
    st.tuples(st.just("paint"), PLACES, PLACES),
    st.tuples(st.just("keep"), PLACES, st.integers(0, 5)),
    st.tuples(st.just("threshold"), st.sampled_from([0, 0.2, 0.4, 0.6, 1])),
)


def neighbour(proofreading, place, which):
    """One of the grains that touch the one at a place, and that one."""
    grain = int(proofreading.labels[place])
    pairs = proofreading._plane.edges.scores().pairs
    others = np.sort(pairs[(pairs == grain).any(axis=1)].sum(axis=1) - grain)
    return (grain, int(others[which % len(others)])) if len(others) else (grain, grain)


def paint(proofreading, place, source):
    """A brush of 5 px with the colour of another place; some pixels are painted twice."""
    rows, columns = (np.arange(max(k - 2, 0), min(k + 3, 64)) for k in place)
    flat = (rows[:, None] * 64 + columns).ravel()
    before = proofreading.labels.ravel()[flat]
    after = np.full(len(flat), proofreading.labels[source], np.int32)
    proofreading.labels.reshape(-1)[flat] = after
    return proofreading.painted(np.tile(flat, 2), np.concatenate((before, after)), np.tile(after, 2))


def do(proofreading, kind, *given_):
    if kind == "merge":
        return proofreading.merge(*neighbour(proofreading, *given_))
    if kind == "keep":
        return proofreading.keep(neighbour(proofreading, *given_))
    if kind == "delete":
        return proofreading.delete(int(proofreading.labels[given_[0]]))
    if kind in ("split", "add"):
        return getattr(proofreading, kind)(given_)
    if kind == "paint":
        return paint(proofreading, *given_)
    return proofreading.grow(*given_) if kind == "grow" else proofreading.merge_below(*given_)


def state(proofreading):
    """All that edits change."""
    return (
        proofreading.labels.copy(),
        proofreading._grouping.grain.copy(),
        sorted(proofreading._decisions.pairs()),
        proofreading.threshold,
    )
