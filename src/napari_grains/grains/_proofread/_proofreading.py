"""The grains of one plane under correction: every edit is local, can be undone, and says what it changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from napari_grains.errors import InputError

from .._graph import Ids, Values
from ._boxes import box_of
from ._decisions import Decisions, Pair, as_array, ordered
from ._doubt import doubt_limit, most_doubtful, undecided
from ._edit import DoubtfulEdge, Edit, Kind, Regrouped
from ._grouping import Grouping
from ._plane import Plane
from ._regions import Regions
from ._reshaping import Rewritten, add_from, grow_at, split_along
from ._strokes import pixels_of

Places = NDArray[np.floating] | Sequence[Sequence[float]]


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
        Numbers of new grains are larger than this and than all of the plane; see `grains.room_for_new`.

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
        self._plane = Plane(grains, _finite(boundary), above)
        self._decisions = Decisions()
        self._limit = doubt_limit(self._plane.edges.scores(), self.threshold)
        self._regions, self._grouping = self._grouped(regions)

    @property
    def can_merge_by_threshold(self) -> bool:
        """Whether there is a boundary map, whose values a threshold can be compared with."""
        return self._grouping is not None

    @property
    def number(self) -> int:
        """Number of grains."""
        return len(self._plane.extents.area)

    @property
    def remaining(self) -> int:
        """Number of undecided edges that are doubtful.

        An edge is doubtful if its mean boundary probability lies nearer to the threshold at which the
        grains were joined than to the median edge (by length) of the grains as they were at the beginning.
        """
        return len(undecided(self._plane.edges, self._decisions, self._limit).score)

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
        found = undecided(self._plane.edges, self._decisions, self._limit)
        return most_doubtful(found, self.labels, self._plane.extents, after)

    def merge(self, first: int, second: int) -> Edit:
        """Join two grains that touch; the larger one gives the number."""
        self._plane.check(first, second)
        if first == second:
            raise InputError(f"That is grain {first} twice: click two grains, or drag from one to another.")
        if ordered(first, second) not in self._plane.edges:
            raise InputError(f"Grains {first} and {second} do not touch: merge neighbours only.")
        area = self._plane.extents.area
        grain, gone = (second, first) if area[second] > area[first] else (first, second)
        indices = self._plane.pixels(gone)
        kept = self._decisions.after_merge(grain, gone)
        return self._edit("merge", indices, np.full(len(indices), grain, np.int32), kept)

    def delete(self, grain: int) -> Edit:
        """Take a grain away: its pixels become 0, a pore for instance."""
        self._plane.check(grain)
        indices = self._plane.pixels(grain)
        return self._edit("delete", indices, np.zeros(len(indices), np.int32))

    def split(self, path: Places) -> Edit:
        """Cut the grains that a stroke crosses, along the best path on the boundary map near the stroke.

        Parameters
        ----------
        path : array of float, shape (P, 2)
            Rows and columns of the stroke. A grain is cut where the stroke crosses it from outline to
            outline; an end within a grain is led on to the outline if it is short of it by little.
        """
        stroke = pixels_of(path, self.labels.shape)
        return self._rewrite("split", split_along(self._plane, stroke, self._decisions))

    def grow(self, place: Sequence[float]) -> Edit:
        """Find an outline anew, along the boundary map.

        Parameters
        ----------
        place : (row, column)
            In an empty area: the grains around grow into it. In a grain: its outline is found anew between
            its core and the cores of its neighbours.
        """
        row, column = pixels_of([place], self.labels.shape)[0].tolist()
        return self._rewrite("grow", grow_at(self._plane, (row, column)))

    def add(self, path: Places) -> Edit:
        """Grow a new grain from a stroke, inside the grains and the empty area that the stroke lies in.

        Parameters
        ----------
        path : array of float, shape (P, 2)
            Rows and columns of the stroke; a single point will do. The grain grows along the boundary map,
            and where that shows nothing, half of the way to the outlines of what it lies in.
        """
        return self._rewrite("add", add_from(self._plane, pixels_of(path, self.labels.shape)))

    def keep(self, edge: DoubtfulEdge | Pair) -> Edit:
        """Decide that an edge is a boundary; `doubtful` passes it over from now on."""
        pair = edge.pair if isinstance(edge, DoubtfulEdge) else ordered(*edge)
        self._plane.check(*pair)
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
        listed = np.asarray(indices, np.int64)
        places, first = np.unique(listed, return_index=True)
        last = len(listed) - 1 - np.unique(listed[::-1], return_index=True)[1]
        old, new = np.asarray(before, np.int32)[first], np.asarray(after, np.int32)[last]
        changed = old != new
        if not changed.any():
            raise InputError("Nothing was painted: these pixels were of that grain already.")
        self.labels.reshape(-1)[places] = old
        return self._edit("paint", places[changed], new[changed])

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
        self._plane.write(edit.indices, edit.before, edit.after)
        self._regroup(edit, edit.regrouped.before, edit.regrouped.after)
        self._decisions.change(edit.kept, edit.dropped)
        self.threshold = edit.threshold[1]

    def revert(self, edit: Edit) -> None:
        """Undo an edit, the last one that is not undone yet."""
        self._decisions.change(edit.dropped, edit.kept)
        self._regroup(edit, edit.regrouped.after, edit.regrouped.before)
        self._plane.write(edit.indices, edit.after, edit.before)
        self.threshold = edit.threshold[0]

    def _grouped(self, regions: Ids | None) -> tuple[Regions | None, Grouping | None]:
        plane = self._plane
        if plane.boundary is None:
            return None, None
        found = Regions(self.labels.copy() if regions is None else regions, plane.boundary)
        above = max(plane.above, plane.extents.highest())
        grouping = Grouping(found, self.labels, plane.extents, self.threshold, above)
        plane.above = max(plane.above, grouping.highest())
        return found, grouping

    def _rewrite(self, kind: Kind, what: Rewritten) -> Edit:
        return self._edit(kind, what.indices, what.after, what.kept)

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
            box_of(indices, self._plane.width),
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
            if count == self._plane.extents.area[grain] and grain not in gained
        ]

    def _regroup(self, edit: Edit, before: Ids, after: Ids) -> None:
        """Move regions to other grains, with their pixels if the slider does it."""
        regions = edit.regrouped.regions
        if self._grouping is None or self._regions is None or not len(regions):
            return
        self._grouping.move(regions, after)
        if edit.kind == "threshold":
            self._regions.paint(self.labels, regions, after)
            extents = self._regions.extents(self._grouping.grain, np.union1d(before, after))
            self._plane.extents.replace(np.unique(before).tolist(), *extents)
            free = set(self._grouping.grain.tolist())
            fixed = {
                grain: self._plane.extents.box(grain)
                for grain in self._plane.extents.area
                if grain not in free
            }
            self._plane.edges.regroup(self._grouping.edges(), fixed)


def _finite(boundary: NDArray[np.floating] | None) -> Values | None:
    """Return a boundary map in which what is not known is no boundary."""
    if boundary is None:
        return None
    found: Values = boundary.astype(np.float32, copy=False)
    return found if np.isfinite(found).all() else np.nan_to_num(found, posinf=1, neginf=0)


def _check(grains: Ids, boundary: NDArray[np.floating] | None, regions: Ids | None) -> None:
    if grains.dtype != np.int32 or grains.ndim != 2 or not grains.flags.c_contiguous:
        raise ValueError(f"grains must be a contiguous int32 plane, not {grains.dtype} {grains.shape}")
    for name, other in (("boundary", boundary), ("regions", regions)):
        if other is not None and other.shape != grains.shape:
            raise ValueError(f"{name} of shape {other.shape} does not belong to grains of {grains.shape}")
    if grains.min(initial=0) < 0:
        raise ValueError("grains must not be negative")
