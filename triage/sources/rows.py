"""One row's cells to one row's parts: what CAD said, and how the call ended."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from triage.domain.report import NARRATIVE_MAX_CHARACTERS
from triage.sources.layout import Layout
from triage.sources.reading import UNKNOWN_TIME, Packed
from triage.sources.unreadable import (
    MISSING,
    NARRATIVE_TOO_LONG,
    NO_SUCH_YEAR,
    NOT_A_CALL_ID,
    RowError,
    is_call_id,
)


class Rows:
    """Reads the rows of one file, one by one, and says of each what is wrong with it."""

    def __init__(self, layout: Layout) -> None:
        """Read rows that are laid out so."""
        self.layout = layout
        self._identical: Counter[str] = Counter()

    def exclusion(self, cells: Sequence[str]) -> str | None:
        """The reason for which this row is no call for us, or None."""
        for place, reasons in self.layout.reasons:
            if reason := reasons[cells[place]]:
                return reason
        return None

    def read(self, cells: Sequence[str]) -> tuple[Packed, Packed]:
        """The report that a row makes, and its closing (empty where nothing of it is known).

        Raises:
            RowError: a field is missing or wrong.
        """
        layout = self.layout
        cells = [*cells, ""]  # what constants, and fields without a column, are looked up by
        call_id = self.call_id(cells)
        reported = self._time(cells, layout.reported)
        if reported is None:
            raise RowError(MISSING, layout.header[layout.reported])
        texts = [said[cells[place]] for place, said in layout.texts]
        cleared = self._cleared_at(cells, reported)
        outcome = [said[cells[place]] for place, said in layout.outcomes]
        narrative = "" if layout.narrative is None else self.story(cells[layout.narrative])
        return (reported, call_id, *texts, narrative), closing_of(cleared, call_id, *outcome)

    def repeats_header(self, cells: Sequence[str]) -> bool:
        """Whether a row is the header once more, as where several files were put together."""
        return [name.strip() for name in cells] == [name.strip() for name in self.layout.header]

    def call_id(self, cells: Sequence[str]) -> str:
        """The id of the call that a row, with its added cell, is about.

        Raises:
            RowError: its cell is missing or cannot be an id.
        """
        layout = self.layout
        if layout.call_id is None:
            digest = hashlib.sha256("\x1f".join(cells).encode()).hexdigest()[:16]
            self._identical[digest] += 1
            return f"{layout.id_prefix}{digest}-{self._identical[digest]}"
        call_id = cells[layout.call_id].strip()
        if call_id.casefold() in layout.missing:
            raise RowError(MISSING, layout.header[layout.call_id])
        if not is_call_id(call_id):
            raise RowError(NOT_A_CALL_ID, layout.header[layout.call_id])
        return call_id

    def likely_call_id(self, cells: Sequence[str]) -> str | None:
        """The call that a row which cannot be read is about, where that is beyond doubt.

        A row with too few or too many cells may be a line of a narrative, and its first word is nobody's id: there the
        id counts only where the time of the report stands in its place too.
        """
        layout = self.layout
        if layout.call_id is None or layout.call_id >= len(cells):
            return None
        try:
            if len(cells) != len(layout.header) and layout.times[cells[layout.reported]] is None:
                return None
            return self.call_id(cells)
        except (RowError, IndexError):
            return None

    def story(self, cell: str) -> str:
        """The narrative that `cell` holds, as it stands there.

        Raises:
            RowError: it is too long.
        """
        if cell.strip().casefold() in self.layout.missing:
            return ""
        if len(cell) > NARRATIVE_MAX_CHARACTERS:
            raise RowError(NARRATIVE_TOO_LONG, self.layout.header[self.layout.narrative or 0])
        return cell

    def cleared(self, cell: str) -> datetime | None:
        """The clear time that `cell` tells, or None. An impossible year is none: Seattle writes "never" as 1900.

        Raises:
            RowError: it is no time.
        """
        try:
            return self.layout.times[cell]
        except RowError as error:
            if error.reason == NO_SUCH_YEAR:
                return None
            raise

    def _time(self, cells: Sequence[str], place: int) -> datetime | None:
        try:
            return self.layout.times[cells[place]]
        except RowError as error:
            raise RowError(error.reason, self.layout.header[place]) from None

    def _cleared_at(self, cells: Sequence[str], reported: datetime) -> datetime:
        """The first clear time of the row that is not before the report, or `UNKNOWN_TIME`."""
        for place in self.layout.cleared:
            try:
                cleared = self.cleared(cells[place])
            except RowError as error:
                raise RowError(error.reason, self.layout.header[place]) from None
            if cleared is not None and cleared >= reported:
                return cleared
        return UNKNOWN_TIME


def closing_of(cleared: datetime, call_id: str, disposition: str, final_call_type: str) -> Packed:
    """A closing; empty where neither its time nor its outcome is known."""
    if cleared == UNKNOWN_TIME and not disposition and not final_call_type:
        return ()
    return cleared, call_id, disposition, final_call_type
