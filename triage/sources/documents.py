"""Reports and EIDOs as JSON documents: from a file in clock order, or one per line from a feed as they come."""

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

from pydantic import BaseModel, ValidationError

from triage import eido
from triage.domain.report import Closing, Report
from triage.domain.values import CallId
from triage.eido import Incidents, Said
from triage.sources.json_file import JsonDocuments
from triage.sources.lines import Broken, ByteStream, Lines
from triage.sources.reading import CallClosed, CallsLinked, Item, Packed, Reading, ReportArrived, SourceCall
from triage.sources.times import in_utc
from triage.sources.unreadable import (
    CLEARED_TOO_EARLY,
    CONTROL_CHARACTER,
    NOT_A_CALL_ID,
    NOT_UTF8,
    TEXT_MAX_CHARACTERS,
    TOO_LONG,
    BadRow,
    RowError,
    fingerprint,
    to_unreadable,
    what_is_wrong,
)

_TEXTS: Final = ("call_type", "priority", "channel", "precinct", "sector", "beat")
_OUTCOMES: Final = ("disposition", "final_call_type")
_OUR_WORDS: Final = {"extra_forbidden": "unknown field", "missing": "missing", "json_invalid": "not JSON"}
_OUR_PATTERNS: Final = {"call_id": NOT_A_CALL_ID, "nature": "not a canonical call type (capitals, digits and -)"}


def read_documents(lines: Lines | JsonDocuments) -> Reading:
    """The reports of a file. Different reports of one call stay different; the same one again is a row of the first."""
    calls: dict[Packed, SourceCall] = {}
    links: dict[CallsLinked, None] = {}
    not_understood: Counter[str] = Counter()
    unreadable: list[BadRow] = []
    count = 0
    for line in lines:
        if not isinstance(line, Broken) and not line.strip():
            continue
        count += 1
        try:
            report, closing, linked, odd = _read(line)
        except RowError as error:
            unreadable.append(_bad(line, lines.number, error))
            continue
        links.update(dict.fromkeys(_linked(report, linked)))
        not_understood.update(odd)
        key = (report.reported_at, report.call_id, report.model_dump_json(exclude_defaults=True).encode())
        ended = _packed(report.call_id, closing)
        _, before, rows, first = calls.get(key, (key, (), 0, lines.number))
        calls[key] = (key, max(before, ended), rows + 1, first)
    told = list(calls.values())
    return Reading(lines.source, count, told, Counter(), unreadable, _unpacked, list(links), not_understood)


def read_lines(
    stream: ByteStream, source: str = "standard input", not_understood: Counter[str] | None = None
) -> Iterator[Item]:
    """The reports of a feed, each as soon as its line is there, in the order in which they come.

    A report's closing and links follow it at once. Every report that arrives is one row, and so is every unreadable
    line. An EIDO brings what all EIDOs of its incident so far come to (see `triage.eido.series`); `not_understood`
    counts those of their parts that say nothing to us, by field.

    Raises:
        SourceError: nothing can be read at all.
    """
    lines = Lines(stream, source)
    incidents = Incidents()
    for line in lines:
        if not isinstance(line, Broken) and not line.strip():
            continue
        try:
            report, closing, linked, odd = _read(line, incidents)
        except RowError as error:
            yield to_unreadable(_bad(line, lines.number, error), source)
            continue
        if not_understood is not None:
            not_understood.update(odd)
        yield ReportArrived(report, 1, lines.number)
        if closing is not None:
            yield CallClosed(report.call_id, closing)
        yield from _linked(report, linked)


class _JustId(BaseModel):
    """The one part of a document that is worth knowing when the rest cannot be read."""

    call_id: CallId


def _read(line: bytes | Broken, incidents: Incidents | None = None) -> Said:
    """The report of a line, with its times in UTC and its closing apart."""
    if isinstance(line, Broken):
        raise RowError(line.reason)
    if eido.may_be_eido(line) and (said := _read_eido(line)) is not None:
        return said if incidents is None else said._replace(report=incidents.put_together(said.report))
    try:
        report = Report.model_validate_json(line)
    except ValidationError as error:
        raise _explained(line, error) from None
    for field in _TEXTS:
        _check(getattr(report, field), field)
    told = {field: value for field, value in report if field in report.model_fields_set and field != "closing"}
    plain = Report.model_validate(told | {"reported_at": in_utc(report.reported_at, "reported_at")})
    return Said(plain, None if report.closing is None else _closing(report.closing, plain), (), ())


def _read_eido(line: bytes) -> Said | None:
    try:
        return eido.read(line, _wrong)
    except eido.EidoError as error:
        raise RowError(error.reason, error.field) from error


def _linked(report: Report, linked: Iterable[eido.Linked]) -> Iterator[CallsLinked]:
    return (CallsLinked(report.call_id, report.reported_at, one.other, one.relation) for one in linked)


def _closing(closing: Closing, report: Report) -> Closing:
    for field in _OUTCOMES:
        _check(getattr(closing, field), f"closing.{field}")
    cleared_at = in_utc(closing.cleared_at, "closing.cleared_at")
    if cleared_at < report.reported_at:
        raise RowError(CLEARED_TOO_EARLY, "closing.cleared_at")
    return Closing(cleared_at=cleared_at, disposition=closing.disposition, final_call_type=closing.final_call_type)


def _check(text: str | None, field: str) -> None:
    if text is None:
        return
    if len(text) > TEXT_MAX_CHARACTERS:
        raise RowError(TOO_LONG, field)
    if wrong := _wrong(text):
        raise RowError(wrong, field)


_wrong = lru_cache(maxsize=8192)(what_is_wrong)  # the same few hundred texts stand in nearly every report


def _explained(line: bytes, error: ValidationError) -> RowError:
    """The first thing wrong. Of a field that we do not know not even the name is told: it is content too."""
    try:
        line.decode()
    except UnicodeDecodeError:
        return RowError(NOT_UTF8)
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    known = first["loc"][:-1] if first["type"] == "extra_forbidden" else first["loc"]
    reason = _OUR_WORDS.get(first["type"], first["msg"][:1].lower() + first["msg"][1:])
    if first["type"] == "string_pattern_mismatch":
        reason = _OUR_PATTERNS.get(str(first["loc"][-1]), CONTROL_CHARACTER)
    return RowError(reason, ".".join(str(part) for part in known) or None)


def _bad(line: bytes | Broken, number: int, error: RowError) -> BadRow:
    if isinstance(line, Broken):
        return BadRow(number, None, line.reason, line.fingerprint, None)
    return BadRow(number, error.field, error.reason, fingerprint(line), _call_id(line, error))


def _call_id(line: bytes, error: RowError) -> str | None:
    if isinstance(error.__cause__, eido.EidoError):
        return error.__cause__.call_id
    try:
        return _JustId.model_validate_json(line).call_id
    except ValidationError:
        return None


def _packed(call_id: str, closing: Closing | None) -> Packed:
    if closing is None:
        return ()
    return (closing.cleared_at, call_id, closing.disposition or "", closing.final_call_type or "")


def _unpacked(packed: Packed) -> Report:
    return Report.model_validate_json(packed[2])
