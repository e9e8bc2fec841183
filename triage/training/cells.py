"""Rows as numbers: the value of each feature of each call, as its place among the values that were seen."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from triage.classifiers.features import FEATURES
from triage.training.history import Row

AGENCY: Final = "agency"
"""The column that says whose call it is; not a feature, and folded into the intercept of what ships."""

LOCAL: Final = frozenset({"type", "beat"})
"""Features whose values mean something in one agency alone: another's are told apart by `foreign`."""

UNSEEN: Final = -1
MARK: Final = "\x1f"  # no text of CAD has a control character, so no own value is ever taken for another agency's
_BY_TIME: Final = frozenset({"hours", "weekday"})

Places = NDArray[np.int32]
Grid = NDArray[np.int64]
Numbers = NDArray[np.float64]
TermOver = tuple[str, ...]
"""The features, one or two, that a term is over."""


class Cells(NamedTuple):
    """Calls as places in sorted lists of values: column by column, one place for each call, -1 for a value unseen."""

    values: Mapping[str, tuple[str, ...]]
    columns: Mapping[str, Places]
    used: NDArray[np.bool_]

    def varying(self, names: Sequence[str]) -> tuple[str, ...]:
        """Those of `names` of which more than one value was seen; the others can tell nothing."""
        return tuple(name for name in names if len(self.values.get(name, ())) > 1)

    def at(self, chosen: NDArray[np.bool_]) -> Self:
        """The chosen calls alone, in the same lists of values."""
        columns = {name: column[chosen] for name, column in self.columns.items()}
        return self._replace(columns=columns, used=self.used[chosen])


def read_cells(
    rows: Sequence[Row], names: Sequence[str], own: str, values: Mapping[str, tuple[str, ...]] | None = None
) -> Cells:
    """`rows` by the features `names` and by agency, as the agency `own` sees them.

    With `values`, those of other cells, what is not in them is unseen. An empty value is always unseen: it says nothing
    and cannot be the key of a weight.
    """
    lasting = [name for name in names if name not in _BY_TIME]
    passing = [name for name in names if name in _BY_TIME]
    found = {name: _Column() for name in (AGENCY, *lasting, *passing)}
    looks: dict[tuple[int, int, str], int] = {}
    firsts: list[list[int]] = []
    which = np.empty(len(rows), np.int32)
    moments = {name: np.empty(len(rows), np.int32) for name in passing}
    for place, row in enumerate(rows):
        key = (id(row.call.facts), id(row.call.said), row.agency)  # `rows` keeps both alive, so their ids are theirs
        look = looks.get(key)
        if look is None:
            look = looks[key] = len(firsts)
            said = [_value(row, name, own) for name in lasting]
            firsts.append(
                [found[AGENCY].place(row.agency), *(found[n].place(v) for n, v in zip(lasting, said, strict=True))]
            )
        which[place] = look
        for name in passing:
            moments[name][place] = found[name].place(FEATURES[name](row.call))
    table = np.array(firsts, np.int32).reshape(len(firsts), 1 + len(lasting))
    columns = {name: table[which, at] for at, name in enumerate((AGENCY, *lasting))} | moments
    known = values or {name: column.sorted for name, column in found.items()}
    placed = {name: found[name].placed(column, known[name]) for name, column in columns.items()}
    return Cells(known, placed, np.fromiter((row.used for row in rows), np.bool_, len(rows)))


def grid_of(terms: Sequence[TermOver], cells: Cells) -> Grid:
    """For each call a line: for each term the place of the call's value; of a pair, row by row; -1 if unseen."""
    grid = np.empty((len(cells.used), len(terms)), np.int64)
    for at, term in enumerate(terms):
        places = cells.columns[term[0]].astype(np.int64)
        for name in term[1:]:
            other = cells.columns[name]
            both = places * len(cells.values[name]) + other
            places = np.where((places == UNSEEN) | (other == UNSEEN), UNSEEN, both)
        grid[:, at] = places
    return grid


def foreign(value: str) -> bool:
    """Whether a value of a local feature is another agency's."""
    return MARK in value


def _value(row: Row, name: str, own: str) -> str:
    value = FEATURES[name](row.call)
    return f"{row.agency}{MARK}{value}" if value and name in LOCAL and row.agency != own else value


class _Column:
    """The values of one column, numbered as they come."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}

    def place(self, value: str) -> int:
        return self._places.setdefault(value, len(self._places))

    @property
    def sorted(self) -> tuple[str, ...]:
        return tuple(sorted(filter(None, self._places)))

    def placed(self, column: Places, known: Sequence[str]) -> Places:
        """`column` by the places in `known`."""
        at = {value: place for place, value in enumerate(known)}
        new = np.array([at.get(value, UNSEEN) for value in self._places] or [UNSEEN], np.int32)
        return new[column]
