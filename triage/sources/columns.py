"""Column mappings: which column of a file is which field of a report, and which mapping a header asks for."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Annotated, Final, Literal, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, StringConstraints, ValidationInfo, field_validator, model_validator

from triage.domain.errors import meant, nearest
from triage.domain.values import Slug, Text, Value
from triage.sources.errors import SourceError, UnknownHeaderError
from triage.sources.time_formats import compile_format, may_both_fit

TextField = Literal["call_type", "priority", "channel", "precinct", "sector", "beat"]
ExcludedField = Literal[
    "call_type", "priority", "channel", "precinct", "sector", "beat", "disposition", "final_call_type"
]
REVIEWED: Final = (
    "call_id",
    "reported_at",
    "call_type",
    "priority",
    "channel",
    "precinct",
    "sector",
    "beat",
    "language",
    "narrative",
    "disposition",
    "final_call_type",
    "cleared_at",
    "times",
    "times.zone",
)
Prose = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]
IdPrefix = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,22}-$")]

NEEDED_FIELDS: Final = ("call_id", "reported_at", "call_type")
"""A mapping fits a header only where it holds the columns of these, and of every field that `exclude` looks at."""


class FieldColumns(Value):
    """The file's column for each field. `cleared_at` is the first of its columns that says something."""

    call_id: Text | None = None
    reported_at: Text
    call_type: Text | None = None
    priority: Text | None = None
    channel: Text | None = None
    precinct: Text | None = None
    sector: Text | None = None
    beat: Text | None = None
    language: Text | None = None
    narrative: Text | None = None
    disposition: Text | None = None
    final_call_type: Text | None = None
    cleared_at: tuple[Text, ...] = ()


class Times(Value):
    """How local times are written: strptime formats of `%Y %y %m %b %d %H %I %p %M %S %f`, of which at most one fits.

    `zone` is the zone of the file's times (an IANA name), where that is not the agency's own. `utc_is_local`: the file
    says of what a local clock showed that it is UTC (`2022-01-01T01:08:55Z`, or the same moment with another offset,
    for eight past one at night there), as some exports do.
    """

    formats: Annotated[tuple[Text, ...], Field(min_length=1)]
    zone: Text | None = None
    utc_is_local: bool = False

    @property
    def zone_info(self) -> ZoneInfo | None:
        """The zone of the file's times, where it is not the agency's."""
        return None if self.zone is None else ZoneInfo(self.zone)

    @field_validator("formats")
    @classmethod
    def _readable(cls, formats: tuple[str, ...]) -> tuple[str, ...]:
        for text in formats:
            compile_format(text)
        for one, other in combinations(formats, 2):
            if may_both_fit(one, other):
                raise ValueError(
                    f"`{one}` and `{other}` can read one text in two ways; keep the one that the file uses"
                )
        return formats

    @field_validator("zone")
    @classmethod
    def _known(cls, zone: str | None) -> str | None:
        if zone is not None and zone not in available_timezones():
            near = nearest(zone, available_timezones())
            raise ValueError(f"no time zone `{zone}`" + (f"; did you mean `{near}`?" if near else ""))
        return zone


class Exclusion(Value):
    """Rows that are not calls for us, and why. `values` compare trimmed and whatever the case; "" is a missing value.

    `field` is one of ours and its column is needed; `column` is one of the file's, looked at where the file has it.
    """

    field: ExcludedField | None = None
    column: Text | None = None
    values: Annotated[tuple[str, ...], Field(min_length=1)]
    reason: Slug

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.field is None) == (self.column is None):
            raise ValueError("an exclusion looks at one `field` or one `column`")
        return self


class Columns(Value):
    """How the files of one header family become reports.

    `missing` are the values that mean nothing was said (trimmed, whatever the case; an empty cell always does).
    `constants` are what every row of such a file has but does not say. `call_id_from_row` makes ids, with this prefix,
    from the content of each row, for files that have none: identical rows get different ids, in no particular order.
    `review` are the fields whose column nobody has confirmed; they are read all the same. An exclusion whose reason is
    listed there, as `exclude.REASON`, is not confirmed and excludes nothing.
    """

    name: Slug
    source: Prose
    columns: FieldColumns
    times: Times
    missing: tuple[str, ...] = ()
    constants: Mapping[TextField, Text] = {}
    exclude: tuple[Exclusion, ...] = ()
    call_id_from_row: IdPrefix | None = None
    review: tuple[str, ...] = ()
    notes: tuple[Prose, ...] = ()

    @field_validator("review", mode="before")
    @classmethod
    def _all_confirmed(cls, review: object) -> object:
        """A list of which somebody took the last line away is empty."""
        return () if review is None else review

    @field_validator("review")
    @classmethod
    def _known(cls, review: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        exclude: tuple[Exclusion, ...] = info.data.get("exclude", ())
        may_be_listed = (*REVIEWED, *dict.fromkeys(f"exclude.{one.reason}" for one in exclude))
        for name in review:
            if name not in may_be_listed:
                raise ValueError(f"no `{name[:60]}` can be under review; {meant(name[:60], may_be_listed)}")
        return review

    @property
    def exclusions(self) -> tuple[Exclusion, ...]:
        """Those of `exclude` that are not under review: what is excluded, nobody hears."""
        return tuple(one for one in self.exclude if f"exclude.{one.reason}" not in self.review)

    @model_validator(mode="after")
    def _one_origin_each(self) -> Self:
        if (self.columns.call_id is None) == (self.call_id_from_row is None):
            raise ValueError("give either `columns.call_id` or `call_id_from_row`")
        for constant in self.constants:
            if getattr(self.columns, constant) is not None:
                raise ValueError(f"`{constant}` is both a column and a constant")
        if self.columns.call_type is None and "call_type" not in self.constants:
            raise ValueError("give `columns.call_type`, or a constant for it")
        for field in (exclusion.field for exclusion in self.exclude):
            if field is not None and getattr(self.columns, field) is None:
                raise ValueError(f"`exclude` looks at `{field}`, which has no column")
        return self


def choose_columns(
    header: Sequence[str], all_columns: Sequence[Columns], name: str | None = None, source: str = "the file"
) -> Columns:
    """The mapping that fits `header`: where several do, the one that uses most of its columns (then the first by name).

    Column names compare without case, and with every run of other characters than letters and digits as one.

    Raises:
        SourceError: there is no mapping called `name`, or none at all.
        UnknownHeaderError: the mapping called `name`, or every one, needs a column that `header` does not have.
    """
    if name is not None:
        all_columns = [_named(name, all_columns)]
    if not all_columns:
        raise SourceError("there is no column mapping to choose from")
    there = {normalised(column) for column in header}
    fitting = [columns for columns in all_columns if not _missing(columns, there)]
    if not fitting:
        nearest = min(all_columns, key=lambda columns: _distance(columns, there))
        raise UnknownHeaderError(source, nearest.name, _missing(nearest, there))
    return min(fitting, key=lambda columns: (-_used(columns, there), columns.name))


def normalised(column: str) -> str:
    """`column` as names compare: lower case, every run of other characters than letters and digits one underscore."""
    return re.sub(r"[\W_]+", "_", column.casefold()).strip("_")


def names_known(header: Sequence[str], columns: Columns) -> int:
    """How many of the columns that a mapping names stand in `header`."""
    return _used(columns, {normalised(column) for column in header})


def columns_named(columns: Columns) -> Iterator[str]:
    """Every column that a mapping names, whether it needs it or not."""
    for field in FieldColumns.model_fields:
        named = getattr(columns.columns, field)
        yield from named if isinstance(named, tuple) else () if named is None else (named,)
    yield from (one.column for one in columns.exclude if one.column is not None)


def _named(name: str, all_columns: Sequence[Columns]) -> Columns:
    for columns in all_columns:
        if columns.name == name:
            return columns
    names = sorted(columns.name for columns in all_columns)
    raise SourceError(f"no column mapping is called `{name}`; {meant(name, names)}")


def _missing(columns: Columns, there: set[str]) -> list[str]:
    needed = dict.fromkeys((*NEEDED_FIELDS, *(one.field for one in columns.exclude if one.field is not None)))
    named = (getattr(columns.columns, field) for field in needed)
    return [column for column in named if column is not None and normalised(column) not in there]


def _used(columns: Columns, there: set[str]) -> int:
    return sum(normalised(column) in there for column in columns_named(columns))


def _distance(columns: Columns, there: set[str]) -> tuple[int, bool, int, str]:
    """Most columns in common first; then a mapping with ids, as what most strange files lack is an id per call."""
    return -_used(columns, there), columns.call_id_from_row is not None, len(_missing(columns, there)), columns.name
