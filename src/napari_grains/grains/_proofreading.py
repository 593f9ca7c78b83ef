"""The grains of one plane under correction: every edit is local, can be undone, and says what it changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from napari_grains.errors import InputError

from ._boxes import Box, box_of, grown_box, indices_in, slices
from ._decisions import Decisions, Pair, as_array, ordered
from ._doubt import doubt_limit, most_doubtful, undecided
from ._edge_table import EdgeTable
from ._edit import DoubtfulEdge, Edit, Kind, Regrouped
from ._extents import Extents
from ._graph import Ids, Values
from ._grouping import Grouping
from ._regions import Regions, new_number

Places = NDArray[np.floating] | Sequence[Sequence[float]]
_ROOM = 1_000_000  # new numbers for each plane of a stack


class Proofreading:
    """The grains of one plane under correction.

    Every method that edits changes ``labels`` in place and returns what it changed; where nothing can be done
    it raises `InputError`, whose one line is for the user, and leaves everything as it was.

    Parameters
    ----------
    grains : ndarray of int32, shape (Y, X)
        Grains > 0; 0 is no grain. C-contiguous, maybe a plane of a stack; edited in place.
    boundary : ndarray of float32, shape (Y, X), optional
        Boundary probability, 0..1. Without it every edge scores 0.5, cuts follow the stroke, and there is
        no merging by a threshold.
    regions : ndarray of int32, shape (Y, X), optional
        The unmerged regions that the grains were joined from; None: the grains themselves.
    threshold : float
        The threshold at which regions became these grains. Grains for which that is not so, because
        somebody has edited them, are left alone by `merge_below`.
    above : int
        Numbers of new grains are larger than this and than all numbers of the plane; see `room_for_new`.

    Attributes
    ----------
    labels : ndarray of int32, shape (Y, X)
        The array given as ``grains``.
    threshold : float
        Where the merge slider stands.

    Raises
    ------
    ValueError
        If an array has another shape or dtype, or ``grains`` is not contiguous.
    """

    def __init__(
        self,
        grains: Ids,
        boundary: NDArray[np.floating] | None = None,
        regions: Ids | None = None,
        threshold: float = 0.0,
        above: int = 0,
    ) -> None:
        _check(grains, boundary, regions)
        self.labels, self.threshold = grains, float(threshold)
        self._boundary: Values | None = None if boundary is None else boundary.astype(np.float32, copy=False)
        self._edges, self._extents = EdgeTable(grains, self._boundary), Extents(grains)
        self._above, self._decisions = above, Decisions()
        self._limit = doubt_limit(self._edges.scores(), self.threshold)
        self._regions, self._grouping = self._grouped(regions)

    @property
    def can_merge_by_threshold(self) -> bool:
        """Whether there is a boundary map, whose values a threshold can be compared with."""
        return self._grouping is not None

    @property
    def number(self) -> int:
        """Number of grains."""
        return len(self._extents.area)

    @property
    def remaining(self) -> int:
        """Number of undecided edges that are doubtful.

        An edge is doubtful if its mean boundary probability lies nearer to the threshold at which the
        grains were joined than to the median edge (by length) of the grains as they were at the beginning.
        """
        return len(undecided(self._edges, self._decisions, self._limit).score)

    def doubtful(self, after: DoubtfulEdge | None = None) -> DoubtfulEdge | None:
        """Return the most doubtful undecided edge, or the one that follows another; None if none is left.

        Parameters
        ----------
        after : DoubtfulEdge, optional
            Leave out all that come before this one and itself; after the last comes the first again.

        Returns
        -------
        DoubtfulEdge or None
            Weakest first; edges of a few px, at which grains hardly meet, come after the others.
        """
        found = undecided(self._edges, self._decisions, self._limit)
        return most_doubtful(found, self.labels, self._extents, after)

    def merge(self, first: int, second: int) -> Edit:
        """Join two grains that touch; the larger one gives the number."""
        self._check_grains(first, second)
        if first == second:
            raise InputError(f"That is grain {first} twice: click two grains, or drag from one to another.")
        if ordered(first, second) not in self._edges:
            raise InputError(f"Grains {first} and {second} do not touch: merge neighbours only.")
        area = self._extents.area
        grain, gone = (second, first) if area[second] > area[first] else (first, second)
        indices = self._pixels(gone)
        kept = self._decisions.after_merge(grain, gone)
        return self._edit("merge", indices, np.full(len(indices), grain, np.int32), kept)

    def delete(self, grain: int) -> Edit:
        """Take a grain away: its pixels become 0, a pore for instance."""
        self._check_grains(grain)
        indices = self._pixels(grain)
        return self._edit("delete", indices, np.zeros(len(indices), np.int32))

    def split(self, path: Places) -> Edit:
        """Cut the grains that a stroke crosses, along the best path on the boundary map near the stroke.

        Parameters
        ----------
        path : array of float, shape (P, 2)
            Rows and columns of the stroke. A grain is cut where the stroke crosses it from outline to outline,
            or nearly so.
        """
        raise NotImplementedError

    def grow(self, place: Sequence[float]) -> Edit:
        """Find an outline anew.

        Parameters
        ----------
        place : (row, column)
            In an empty area: its neighbours grow into it. In a grain: its outline is found anew between its
            core and the cores of its neighbours. Both follow the boundary map.
        """
        raise NotImplementedError

    def add(self, path: Places) -> Edit:
        """Grow a new grain from a stroke, inside the grains and the empty area that the stroke lies in.

        Parameters
        ----------
        path : array of float, shape (P, 2)
            Rows and columns of the stroke; a single point will do.
        """
        raise NotImplementedError

    def keep(self, edge: DoubtfulEdge | Pair) -> Edit:
        """Decide that an edge is a boundary; `doubtful` passes it over from now on."""
        pair = edge.pair if isinstance(edge, DoubtfulEdge) else ordered(*edge)
        self._check_grains(*pair)
        none = np.zeros(0, np.int64)
        return self._edit("keep", none, none.astype(np.int32), {pair}, involved=pair)

    def painted(self, indices: NDArray[np.integer], before: Ids, after: Ids) -> Edit:
        """Take note of pixels that were painted by hand; ``labels`` hold their new values already.

        Parameters
        ----------
        indices : ndarray of int, shape (P,)
            Flat indices, in the order of painting; a pixel may be listed more than once.
        before, after : ndarray of int32, shape (P,)
            Their grains before and after each stroke of the brush.
        """
        places, first = np.unique(np.asarray(indices, np.int64), return_index=True)
        flat = self.labels.reshape(-1)
        old, new = np.asarray(before)[first].astype(np.int32), flat[places]
        changed = old != new
        places, old, new = places[changed], old[changed], new[changed]
        if not len(places):
            raise InputError("Nothing was painted: these pixels have the colour already.")
        flat[places] = old
        return self._edit("paint", places, new)

    def merge_below(self, threshold: float) -> Edit:
        """Join the regions across edges that score below a threshold, as `merge_edges` does: the slider.

        Grains that an edit has touched, or that a kept edge belongs to, stay as they are. An edit without
        a changed pixel is returned where the threshold makes no difference.

        Raises
        ------
        InputError
            If there is no boundary map, or the threshold is out of range.
        """
        if self._grouping is None or self._regions is None:
            raise InputError("There is no boundary map to merge by: segment the image first.")
        if not 0 <= threshold <= 1:
            raise InputError(f"merge {threshold} is out of range; give a value between 0 and 1.")
        moved = self._grouping.at(threshold)
        edit = Edit(
            "threshold",
            self._regions.box(moved.regions),
            regrouped=moved,
            threshold=(self.threshold, float(threshold)),
        )
        self.apply(edit)
        return edit

    def apply(self, edit: Edit) -> None:
        """Do an edit again that was made, and maybe reverted, from the present state."""
        self._write(edit.indices, edit.before, edit.after)
        self._regroup(edit, edit.regrouped.before, edit.regrouped.after)
        self._decisions.change(edit.kept, edit.dropped)
        self.threshold = edit.threshold[1]

    def revert(self, edit: Edit) -> None:
        """Undo an edit, the last one that is not undone yet."""
        self._decisions.change(edit.dropped, edit.kept)
        self._regroup(edit, edit.regrouped.after, edit.regrouped.before)
        self._write(edit.indices, edit.after, edit.before)
        self.threshold = edit.threshold[0]

    def _grouped(self, regions: Ids | None) -> tuple[Regions | None, Grouping | None]:
        if self._boundary is None:
            return None, None
        found = Regions(self.labels.copy() if regions is None else regions, self._boundary)
        return found, Grouping(found, self.labels, self._extents, self.threshold, max(self._above, self._extents.highest()))

    def _edit(
        self,
        kind: Kind,
        indices: NDArray[np.int64],
        after: Ids,
        kept: Iterable[Pair] = (),
        involved: Iterable[int] = (),
    ) -> Edit:
        """Make the edit that writes pixels, and do it.

        Parameters
        ----------
        kind : str
            Of the edit.
        indices, after : ndarray, shape (P,)
            Pixels that change, rising, and their new grains.
        kept : iterable of pairs
            Edges that are decided by it.
        involved : iterable of int
            Grains that the slider leaves alone from now on, beside those whose pixels change.
        """
        before = self.labels.reshape(-1)[indices]
        touched = np.union1d(np.union1d(before, after), np.array(list(involved), np.int32))
        dropped = {pair for grain in self._vanishing(before, after) for pair in self._decisions.of(grain)}
        edit = Edit(
            kind,
            box_of(indices, self.labels.shape[1]),
            indices,
            before,
            after.astype(np.int32, copy=False),
            Regrouped() if self._grouping is None else self._grouping.left_alone(touched),
            as_array({pair for pair in kept if pair not in self._decisions}),
            as_array(dropped),
            (self.threshold, self.threshold),
        )
        self.apply(edit)
        return edit

    def _vanishing(self, before: Ids, after: Ids) -> list[int]:
        """Grains that would have no pixel left."""
        lost, number = np.unique(before[before > 0], return_counts=True)
        gained = set(after.tolist())
        return [
            grain
            for grain, count in zip(lost.tolist(), number.tolist(), strict=True)
            if count == self._extents.area[grain] and grain not in gained
        ]

    def _write(self, indices: NDArray[np.int64], before: Ids, after: Ids) -> None:
        if len(indices):
            self._edges.change(indices, after)
            self._extents.change(indices, before, after)

    def _regroup(self, edit: Edit, before: Ids, after: Ids) -> None:
        """Move regions to other grains, with their pixels if the slider does it."""
        regions = edit.regrouped.regions
        if self._grouping is None or self._regions is None or not len(regions):
            return
        self._grouping.move(regions, after)
        if edit.kind == "threshold":
            self._regions.paint(self.labels, regions, after)
            extents = self._regions.extents(self._grouping.grain, np.union1d(before, after))
            self._extents.replace(np.unique(before).tolist(), *extents)
            free = set(self._grouping.grain.tolist())
            fixed = {grain: self._extents.box(grain) for grain in self._extents.area if grain not in free}
            self._edges.regroup(self._grouping.edges(), fixed)

    def _pixels(self, grain: int) -> NDArray[np.int64]:
        """Flat indices of a grain, rising."""
        box = self._extents.box(grain)
        return indices_in(box, self.labels[slices(box)] == grain, self.labels.shape[1])

    def _highest(self) -> int:
        kept = 0 if self._grouping is None else self._grouping.highest()
        return max(self._above, self._extents.highest(), kept)

    def _check_grains(self, *grains: int) -> None:
        for grain in grains:
            if grain not in self._extents:
                said = f"There is no grain {grain}" if grain else "There is no grain at this place"
                raise InputError(f"{said}: click on a grain.")


def _check(grains: Ids, boundary: NDArray[np.floating] | None, regions: Ids | None) -> None:
    if grains.dtype != np.int32 or grains.ndim != 2 or not grains.flags.c_contiguous:
        raise ValueError(f"grains must be a contiguous int32 plane, not {grains.dtype} {grains.shape}")
    for name, other in (("boundary", boundary), ("regions", regions)):
        if other is not None and other.shape != grains.shape:
            raise ValueError(f"{name} of shape {other.shape} does not belong to grains of {grains.shape}")
    if grains.min(initial=0) < 0:
        raise ValueError("grains must not be negative")


def room_for_new(labels: Ids) -> list[int]:
    """Return for each plane of a stack (Z, Y, X) a number above which it may number new grains.

    The numbers of the planes do not meet unless a plane gets more new grains than are ever drawn.
    """
    highest = int(labels.max(initial=0))
    room = min(_ROOM, (np.iinfo(np.int32).max - highest) // (len(labels) + 1))
    return [highest + room * plane for plane in range(len(labels))]
