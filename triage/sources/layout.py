"""Where each field of a mapping stands in a row, and what its cells mean: each distinct cell is looked at once."""

from collections.abc import Callable, Mapping, Sequence
from datetime import tzinfo
from functools import partial
from typing import Final

from pydantic import TypeAdapter, ValidationError

from triage.domain.facts import FACTS
from triage.domain.values import Text
from triage.sources.columns import Columns, columns_named, normalised
from triage.sources.errors import SourceError
from triage.sources.headers import Header
from triage.sources.records import Shape
from triage.sources.reports import TEXTS
from triage.sources.times import LocalTimes
from triage.sources.unreadable import MISSING, TOO_LONG, UNKNOWN_LANGUAGE, RowError, what_is_wrong

CACHE_MAX: Final = 65_536
CACHED_MAX_CHARACTERS: Final = 400
"""A longer cell is not remembered: a hostile file must not fill the memory with its cells."""

_OUTCOMES: Final = ("disposition", "final_call_type")
_TEXT: Final = TypeAdapter(Text)
_LANGUAGES: Final = frozenset(FACTS["language"].values)

Meanings = tuple[int, Mapping[str, str]]
"""Where the cells of a field stand, and what each means. A field without a column has one after the file's last."""


class Layout:
    """A header, matched with a mapping.

    `header` are the file's columns, `shape` is what a record looks like, `missing` what means that nothing was said,
    `times` what the times mean. `call_id`, `reported`, `cleared` and `narrative` are the places of the columns; `texts`
    and `outcomes` are the meanings of the other fields of a report and of a closing, and `reasons` those for which a
    row is no call for us. A cell that is wrong is a `RowError` when its meaning is looked up.
    """

    def __init__(self, header: Header, columns: Columns, zone: tzinfo, source: str) -> None:
        """Find the mapping's columns in `header`; local times are those of `zone`, or of the mapping's own.

        Raises:
            SourceError: a column that the mapping uses stands twice in the header of `source`.
        """
        self.header = header.names
        self.id_prefix = columns.call_id_from_row
        self.missing = frozenset({"", *(value.strip().casefold() for value in columns.missing)})
        times = columns.times
        self.times = LocalTimes(times.formats, times.zone_info or zone, self.missing, utc_is_local=times.utc_is_local)
        self._columns = columns
        self._places = _places(header.names, columns, source)
        named = columns.columns
        self.call_id = self._place(named.call_id)
        self.reported = self._places[named.reported_at]
        self.cleared = [self._places[column] for column in named.cleared_at if column in self._places]
        self.narrative = self._place(named.narrative)
        self.reasons = self._exclusions()
        self.texts = [self._meanings(field) for field in TEXTS]
        self.outcomes = [self._meanings(field) for field in _OUTCOMES]
        one_line = tuple(sorted({*self._places.values()} - {self.narrative}))
        self.shape = Shape(header.names, one_line, header.delimiter)

    def _place(self, column: str | None) -> int | None:
        return None if column is None else self._places.get(column)

    def _meanings(self, field: str) -> Meanings:
        place = self._place(getattr(self._columns.columns, field))
        if place is None:
            constants: Mapping[str, str] = {str(name): value for name, value in self._columns.constants.items()}
            return len(self.header), {"": constants.get(field, "")}
        return place, _Remembered(partial(_said, field, self.header[place], self.missing))

    def _exclusions(self) -> list[Meanings]:
        """By place; where two exclusions look at one column, the first that names a value gives the reason."""
        found: dict[int, dict[str, str]] = {}
        for exclusion in self._columns.exclusions:
            column = exclusion.column or getattr(self._columns.columns, str(exclusion.field))
            if (place := self._place(column)) is not None:
                values = {value.strip().casefold(): exclusion.reason for value in exclusion.values}
                found[place] = values | found.get(place, {})
        return [(place, _Remembered(partial(_reason, values, self.missing))) for place, values in found.items()]


class _Remembered(dict[str, str]):
    """Cells to what they mean, each worked out once."""

    def __init__(self, meaning: Callable[[str], str]) -> None:
        super().__init__()
        self._meaning = meaning

    def __missing__(self, cell: str) -> str:
        meaning = self._meaning(cell)
        if len(cell) <= CACHED_MAX_CHARACTERS:
            if len(self) >= CACHE_MAX:
                self.clear()
            self[cell] = meaning
        return meaning


def _reason(reasons: Mapping[str, str], missing: frozenset[str], cell: str) -> str:
    value = cell.strip().casefold()
    return reasons.get("" if value in missing else value, "")


def _said(field: str, column: str, missing: frozenset[str], cell: str) -> str:
    text = cell.strip()
    if text.casefold() in missing:
        if field == "call_type":
            raise RowError(MISSING, column)
        return ""
    if wrong := what_is_wrong(cell):
        raise RowError(wrong, column)
    if field == "language":
        if text.lower() not in _LANGUAGES:
            raise RowError(UNKNOWN_LANGUAGE, column)
        return text.lower()
    try:
        return _TEXT.validate_python(text)
    except ValidationError:
        raise RowError(TOO_LONG, column) from None


def _places(header: Sequence[str], columns: Columns, source: str) -> dict[str, int]:
    """The place of each column of the mapping that the header has, by the mapping's own name for it."""
    names = [normalised(column) for column in header]
    places = {}
    for column in columns_named(columns):
        name = normalised(column)
        if names.count(name) > 1:
            raise SourceError(f"the header of `{source}` has the column `{column}` more than once")
        if name in names:
            places[column] = names.index(name)
    return places
