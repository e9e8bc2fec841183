"""One row's cells to one row's parts: what CAD said, and how the call ended. Every distinct cell is looked at once."""

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, tzinfo
from functools import partial
from typing import Final

from pydantic import TypeAdapter, ValidationError

from triage.domain.facts import FACTS, Facts
from triage.domain.report import NARRATIVE_MAX_CHARACTERS, Report
from triage.domain.values import Text
from triage.sources.columns import Columns, columns_named, normalised
from triage.sources.errors import SourceError
from triage.sources.reading import Packed
from triage.sources.records import Shape
from triage.sources.times import LocalTimes
from triage.sources.unreadable import (
    MISSING,
    NARRATIVE_TOO_LONG,
    NO_SUCH_YEAR,
    NOT_A_CALL_ID,
    TOO_LONG,
    UNKNOWN_LANGUAGE,
    RowError,
    is_call_id,
    what_is_wrong,
)

CACHE_MAX: Final = 65_536
CACHED_MAX_CHARACTERS: Final = 400
"""A longer cell is not remembered: a hostile file must not fill the memory with its cells."""

_TEXTS: Final = ("call_type", "priority", "channel", "precinct", "sector", "beat", "language")
_OUTCOMES: Final = ("disposition", "final_call_type")
_FIELDS: Final = ("reported_at", "call_id", *_TEXTS, "narrative")
_TEXT: Final = TypeAdapter(Text)
_LANGUAGES: Final = frozenset(FACTS["language"].values)


class Rows:
    """Reads the rows of one file, whose header was matched with a mapping."""

    def __init__(self, header: tuple[str, ...], columns: Columns, zone: tzinfo, source: str) -> None:
        """Find the mapping's columns in `header`; local times are those of `zone`.

        Raises:
            SourceError: a column that the mapping uses stands twice in the header of `source`.
        """
        self._header = header
        self._columns = columns
        self._places = _places(header, columns, source)
        self._missing = frozenset({"", *(value.strip().casefold() for value in columns.missing)})
        self._times = LocalTimes(columns.times.formats, zone, self._missing)
        self._identical: Counter[str] = Counter()
        named = columns.columns
        self._id = self._place(named.call_id)
        self._reported = self._places[named.reported_at]
        self._cleared = [self._places[column] for column in named.cleared_at if column in self._places]
        self._narrative = self._place(named.narrative)
        self._reasons = self._exclusions()
        self._texts = [self._texts_of(field) for field in _TEXTS]
        self._outcomes = [self._texts_of(field) for field in _OUTCOMES]
        self.shape = Shape(header, tuple(sorted({*self._places.values()} - {self._narrative})))

    def exclusion(self, cells: Sequence[str]) -> str | None:
        """The reason for which this row is no call for us, or None."""
        for place, reasons in self._reasons:
            if reason := reasons[cells[place]]:
                return reason
        return None

    def read(self, cells: list[str]) -> tuple[Packed, Packed]:
        """The report that a row makes, and its closing (empty where no clear time is known).

        Raises:
            RowError: a field is missing or wrong.
        """
        cells.append("")  # what constants, and fields without a column, are looked up by
        call_id = self.call_id(cells)
        reported = self._time(cells, self._reported)
        if reported is None:
            raise RowError(MISSING, self._header[self._reported])
        texts = [said[cells[place]] for place, said in self._texts]
        closing: Packed = ()
        if cleared := self._cleared_at(cells, reported):
            closing = (cleared, call_id, *[said[cells[place]] for place, said in self._outcomes])
        return (reported, call_id, *texts, self._story(cells)), closing

    def call_id(self, cells: Sequence[str]) -> str:
        """The id of the call that a row is about.

        Raises:
            RowError: its cell is missing or cannot be an id.
        """
        if self._id is None:
            digest = hashlib.sha256("\x1f".join(cells).encode()).hexdigest()[:16]
            self._identical[digest] += 1
            return f"{self._columns.call_id_from_row}{digest}-{self._identical[digest]}"
        call_id = cells[self._id].strip()
        if call_id.casefold() in self._missing:
            raise RowError(MISSING, self._header[self._id])
        if not is_call_id(call_id):
            raise RowError(NOT_A_CALL_ID, self._header[self._id])
        return call_id

    def likely_call_id(self, cells: Sequence[str]) -> str | None:
        """The call that a row which cannot be read is about, where that is beyond doubt.

        A row with too few or too many cells may be a line of a narrative, and its first word is nobody's id: there the
        id counts only where the time of the report stands in its place too.
        """
        if self._id is None or self._id >= len(cells):
            return None
        try:
            if len(cells) != len(self._header) and self._times[cells[self._reported]] is None:
                return None
            return self.call_id(cells)
        except (RowError, IndexError):
            return None

    def _time(self, cells: Sequence[str], place: int) -> datetime | None:
        try:
            return self._times[cells[place]]
        except RowError as error:
            raise RowError(error.reason, self._header[place]) from None

    def _cleared_at(self, cells: Sequence[str], reported: datetime) -> datetime | None:
        """The first clear time of the row. One before the report is none: Seattle writes "never" as 1 January 1900."""
        for place in self._cleared:
            try:
                cleared = self._time(cells, place)
            except RowError as error:
                if error.reason == NO_SUCH_YEAR:
                    continue
                raise
            if cleared is not None and cleared >= reported:
                return cleared
        return None

    def _story(self, cells: Sequence[str]) -> str:
        if self._narrative is None or cells[self._narrative].strip().casefold() in self._missing:
            return ""
        if len(cells[self._narrative]) > NARRATIVE_MAX_CHARACTERS:
            raise RowError(NARRATIVE_TOO_LONG, self._header[self._narrative])
        return cells[self._narrative]

    def _place(self, column: str | None) -> int | None:
        return None if column is None else self._places.get(column)

    def _texts_of(self, field: str) -> tuple[int, dict[str, str]]:
        """Where the cells of `field` stand, and what they mean. Without a column: the added, empty cell."""
        place = self._place(getattr(self._columns.columns, field))
        if place is None:
            constants: Mapping[str, str] = {str(name): value for name, value in self._columns.constants.items()}
            return len(self._header), {"": constants.get(field, "")}
        return place, _Remembered(partial(_said, field, self._header[place], self._missing))

    def _exclusions(self) -> list[tuple[int, dict[str, str]]]:
        """By place; where two exclusions look at one column, the first that names a value gives the reason."""
        found: dict[int, dict[str, str]] = {}
        for exclusion in self._columns.exclude:
            column = exclusion.column or getattr(self._columns.columns, str(exclusion.field))
            if (place := self._place(column)) is not None:
                values = {value.strip().casefold(): exclusion.reason for value in exclusion.values}
                found[place] = values | found.get(place, {})
        return [(place, _Remembered(partial(_reason, values, self._missing))) for place, values in found.items()]


def to_report(packed: Packed) -> Report:
    """The report that `Rows.read` packed."""
    said = {field: value for field, value in zip(_FIELDS, packed, strict=True) if value}
    if language := said.pop("language", None):
        said["facts"] = Facts(language=language)
    return Report.model_validate(said)


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
