"""Conditions on the columns of a table, read from text such as ``ecd_um > 5 and not edge``.

The text is taken apart here, word by word, and nothing of it is ever run as code.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import Any, Final, NoReturn

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from napari_grains.errors import InputError

Rows = NDArray[np.bool_]

_WORD: Final = re.compile(
    r"\s*(?P<word>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[^\W\d]\w*|[<>=!]=|[<>=()+-])\s*", re.UNICODE
)
_NUMBER: Final = re.compile(r"[\d.]")
_COMPARISONS: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "=": operator.eq,
    "!=": operator.ne,
}
_RESERVED: Final = {"and", "or", "not", "(", ")", *_COMPARISONS}
_MOST_WORDS: Final = 100
_EXAMPLE: Final = "write for example: ecd_px > 5 and not edge"


def rows_where(table: pd.DataFrame, condition: str) -> Rows:
    """Return which rows of a table fulfil a condition.

    Parameters
    ----------
    table : DataFrame
        Columns of numbers and of bool can be named; a name may be written in any case.
    condition : str
        Comparisons (``<  <=  >  >=  ==  !=``) of columns and numbers, also chained (``2 < ecd_um < 5``), and
        columns of bool, joined by ``and``, ``or``, ``not`` and parentheses. Empty: all rows.

    Returns
    -------
    ndarray of bool, shape (N,)
        A comparison with a missing value is not fulfilled.

    Raises
    ------
    InputError
        If the text is no condition or names a column that is not there.
    """
    if not condition.strip():
        return np.ones(len(table), np.bool_)
    reading = _Reading(table, _words(condition), condition.strip())
    rows = reading.alternatives()
    if reading.next is not None:
        reading.fail(f"“{reading.next}” is not expected there")
    return rows


def _words(condition: str) -> list[str]:
    words, place = [], 0
    while place < len(condition):
        match = _WORD.match(condition, place)
        if match is None:
            unknown = condition[place:].split(maxsplit=1)[0]
            raise InputError(f"“{unknown}” means nothing in a condition: {_EXAMPLE}.")
        words.append(match["word"])
        place = match.end()
    if len(words) > _MOST_WORDS:
        raise InputError(f"The condition has {len(words)} words: at most {_MOST_WORDS} are read.")
    return words


class _Reading:
    """Reads words from the left; each method takes as many as belong to what it is named for."""

    def __init__(self, table: pd.DataFrame, words: list[str], text: str) -> None:
        self._table, self._words, self._text = table, words, text
        self._names = {str(name).casefold(): name for name in table.columns}

    @property
    def next(self) -> str | None:
        return self._words[0] if self._words else None

    def alternatives(self) -> Rows:
        rows = self._demands()
        while self._takes("or"):
            rows = rows | self._demands()
        return rows

    def fail(self, why: str) -> NoReturn:
        raise InputError(f"“{self._text}” is no condition ({why}): {_EXAMPLE}.")

    def _demands(self) -> Rows:
        rows = self._demand()
        while self._takes("and"):
            rows = rows & self._demand()
        return rows

    def _demand(self) -> Rows:
        if self._takes("not"):
            return ~self._demand()
        if self._takes("("):
            rows = self.alternatives()
            if not self._takes(")"):
                self.fail("a parenthesis is not closed")
            return rows
        return self._comparison()

    def _comparison(self) -> Rows:
        name, left = self.next, self._operand()
        rows = None
        while self.next in _COMPARISONS:
            compare, right = _COMPARISONS[self._words.pop(0)], self._operand()
            step = np.broadcast_to(compare(left, right), len(self._table)).astype(np.bool_)
            rows, left = step if rows is None else rows & step, right
        if rows is not None:
            return rows
        if not isinstance(left, np.ndarray) or left.dtype != np.bool_:
            self.fail(f"“{name}” is compared with nothing")
        return left

    def _operand(self) -> NDArray[Any] | float:
        sign = -1.0 if self._takes("-") else 1.0 if self._takes("+") else None
        word = self.next
        if word is None or word.casefold() in _RESERVED:
            self.fail("something is missing")
        if _NUMBER.match(word):
            return (sign or 1.0) * float(self._words.pop(0))
        if sign is not None:
            self.fail("only a number can have a sign")
        return self._column(self._words.pop(0))

    def _column(self, word: str) -> NDArray[Any]:
        name = self._names.get(word.casefold())
        if name is None:
            known = ", ".join(str(name) for name in self._table.columns)
            raise InputError(f"There is no column “{word}”: there are {known}.")
        values = self._table[name]
        if is_bool_dtype(values):
            return values.to_numpy(np.bool_)
        if not is_numeric_dtype(values):
            self.fail(f"the column “{word}” holds no numbers")
        return values.to_numpy(np.float64, na_value=np.nan)

    def _takes(self, word: str) -> bool:
        if self._words and self._words[0].casefold() == word:
            self._words.pop(0)
            return True
        return False
