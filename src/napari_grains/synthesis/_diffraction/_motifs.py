"""Common structures: where the atoms of each sort are in the cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from ._crystal import Atom, Cell, Crystal

Sites = tuple[tuple[int, float, float, float], ...]
"""Sort of the atom (0, 1, ...) and its position in fractions of the edges."""

_FACES: Final = ((0.0, 0.0, 0.0), (0.0, 0.5, 0.5), (0.5, 0.0, 0.5), (0.5, 0.5, 0.0))


def _at_faces(sort: int, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> Sites:
    """Four atoms of a face-centred lattice, from a first position on."""
    return tuple((sort, x + u, y + v, z + w) for u, v, w in _FACES)


def _rutile(u: float) -> Sites:
    oxygen = ((u, u, 0.0), (-u, -u, 0.0), (0.5 + u, 0.5 - u, 0.5), (0.5 - u, 0.5 + u, 0.5))
    return ((0, 0.0, 0.0, 0.0), (0, 0.5, 0.5, 0.5), *((1, *at) for at in oxygen))


MOTIFS: Final[Mapping[str, Sites]] = MappingProxyType(
    {
        "primitive": ((0, 0.0, 0.0, 0.0),),
        "base-centred": ((0, 0.0, 0.0, 0.0), (0, 0.5, 0.5, 0.0)),
        "body-centred": ((0, 0.0, 0.0, 0.0), (0, 0.5, 0.5, 0.5)),
        "face-centred": _at_faces(0),
        "diamond": _at_faces(0) + _at_faces(0, 0.25, 0.25, 0.25),
        "NaCl": _at_faces(0) + _at_faces(1, 0.5, 0.5, 0.5),
        "CsCl": ((0, 0.0, 0.0, 0.0), (1, 0.5, 0.5, 0.5)),
        "hcp": ((0, 1 / 3, 2 / 3, 0.25), (0, 2 / 3, 1 / 3, 0.75)),
        "rutile": _rutile(0.305),
        "perovskite": (
            (0, 0.0, 0.0, 0.0), (1, 0.5, 0.5, 0.5),
            (2, 0.5, 0.5, 0.0), (2, 0.5, 0.0, 0.5), (2, 0.0, 0.5, 0.5),
        ),
    }
)  # fmt: skip
"""Sites of each structure by its name. fcc is face-centred and bcc body-centred in a cubic cell."""


def sorts_of(motif: str) -> int:
    """Count the sorts of atoms that a motif has.

    Raises
    ------
    ValueError
        If there is no such motif.
    """
    if motif not in MOTIFS:
        raise ValueError(f"there is no motif {motif!r}; there are {', '.join(MOTIFS)}")
    return 1 + max(sort for sort, *_ in MOTIFS[motif])


def crystal(cell: Cell, motif: str, elements: Sequence[str], system: str, name: str = "") -> Crystal:
    """Put the atoms of a motif into a cell.

    Parameters
    ----------
    cell : Cell
        Whose shape fits the motif.
    motif : str
        One of `MOTIFS`.
    elements : sequence of str
        Symbol of each sort of atoms.
    system, name : str
        See `Crystal`.

    Raises
    ------
    ValueError
        If motif or element are unknown, or the number of elements is not that of the motif.
    """
    if len(elements) != sorts_of(motif):
        raise ValueError(f"{motif} needs {sorts_of(motif)} elements, got {', '.join(elements)}")
    atoms = tuple(Atom(elements[sort], *at) for sort, *at in MOTIFS[motif])
    return Crystal(cell, atoms, system, name or f"{'-'.join(elements)} {motif}")
