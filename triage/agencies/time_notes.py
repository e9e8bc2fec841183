"""What a person has to look at in a file's times: two readings of a day, a clock of another zone, no time of day."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from triage.agencies.reading import FileGroup
from triage.agencies.roles import Proposed
from triage.agencies.shares import MOST
from triage.agencies.time_formats import TROUGH_HOUR, Times, hours_off, quiet_hours

_CLOCK: Final = re.compile(r"\d{1,2}:\d{2}(:\d{2})?( ?[AaPp][Mm])?|\d{3,4}")


class TimeDoubts(NamedTuple):
    """Notes on the times of a file; `zone` says that one of them doubts the clock itself."""

    notes: tuple[str, ...]
    zone: bool


def time_doubts(group: FileGroup, zone: ZoneInfo) -> TimeDoubts:
    """The notes on the times of a file whose local times are those of `zone`."""
    notes = [*(note for one in group.columns for note in _notes(one)), *_clock_notes(group)]
    quiet = list(_quiet_notes(group, zone))
    return TimeDoubts((*notes, *quiet), bool(quiet))


def _notes(one: Proposed) -> Iterator[str]:
    if one.role not in {"reported_at", "cleared_at"} or one.times is None:
        return
    name = one.column.name
    if one.times.either_order:
        yield (
            f"Every value of `{name}` can be read day first and month first; {one.times.formats[0]} is a guess: look at"
            " a call whose day you know."
        )
    if one.times.other_order:
        shown = ", ".join(f"`{one.column.sample[place]}`" for place in one.times.other_order)
        yield (
            f"`{name}` is written day first in some rows and month first in others, for example {shown}: these rows are"
            " refused, and others may be read wrongly. Mend the file before it is used."
        )
    if not one.times.has_clock:
        yield f"`{name}` has no time of day: every call counts as reported at midnight, local time."
    if len(one.times.formats) > 1:
        yield f"`{name}` is written in {len(one.times.formats)} ways."


def _clock_notes(group: FileGroup) -> Iterator[str]:
    """A word on the time of day where it stands in a column of its own."""
    reported = group.column("reported_at")
    if reported is None or reported.times is None or reported.times.has_clock:
        return
    for one in group.columns:
        if one.column.said and one.column.share(lambda value: bool(_CLOCK.fullmatch(value))) >= MOST:
            yield (
                f"`{one.column.name}` seems to be the time of day of `{reported.column.name}`. A mapping reads one"
                " column: put both into one, for example `2024-05-01 14:30`, and begin again."
            )


def _quiet_notes(group: FileGroup, zone: ZoneInfo) -> Iterator[str]:
    """A word where the calls are fewest at an hour at which they are fewest nowhere."""
    reported = group.column("reported_at")
    if reported is None or reported.times is None or not reported.times.has_clock:
        return
    quiet = quiet_hours(_local(reported.times, zone))
    off = 0.0 if quiet is None else hours_off(quiet)
    if quiet is None or not off:
        return
    where = f"{abs(off):.0f} hours {'ahead of' if off > 0 else 'behind'} local time"
    usual = f"elsewhere it is between 4 and 5 in the morning ({TROUGH_HOUR} on average)"
    seen = f"The fewest calls come around {quiet:.0f}:00 by the times of `{reported.column.name}`; {usual}."
    if reported.times.offsets:
        right = quiet_hours(reported.times.moments)
        cure = " `utc_is_local: true` under `times` would put it right." if right and not hours_off(right) else ""
        yield f"{seen} Their offsets from UTC seem to be wrong, {where}: look at a call whose time you know.{cure}"
    else:
        yield f"{seen} The clock may be {where}: if it is, say which under `times.zone`, for example UTC."


def _local(times: Times, zone: ZoneInfo) -> list[datetime | None]:
    """What the agency's clocks showed."""
    if not times.offsets:
        return list(times.moments)
    return [None if one is None else one.astimezone(zone).replace(tzinfo=UTC) for one in times.moments]
