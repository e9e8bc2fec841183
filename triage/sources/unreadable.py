"""What is wrong with one row, kept small: where it stands and why, never what it said."""

import hashlib
import re
from typing import Final, NamedTuple, get_args

from triage.domain.report import Unreadable
from triage.domain.values import CallId

FIELD_MAX_BYTES: Final = 64 * 1024
"""A cell larger than this makes its row unreadable."""

TEXT_MAX_CHARACTERS: Final = 200

NOT_UTF8: Final = "not UTF-8"
NUL_BYTE: Final = "NUL byte"
UNCLOSED_QUOTE: Final = "unclosed quote"
FIELD_TOO_LONG: Final = "field over 64 KiB"
BAD_QUOTES: Final = "text before or after a quoted field"
LINE_TOO_LONG: Final = "line over 1 MiB"
CUT_SHORT: Final = "the file ends in the middle"
MISSING: Final = "missing"
NOT_A_CALL_ID: Final = "not a call id (letters, digits and ._:/#-, at most 64)"
NOT_A_TIME: Final = "not a time in any known format"
NO_SUCH_YEAR: Final = "year outside 1990 to 2100"
NO_SUCH_LOCAL_TIME: Final = "a local time that does not exist (clocks went forward)"
FORMULA: Final = "formula"
CONTROL_CHARACTER: Final = "control character"
TOO_LONG: Final = "longer than 200 characters"
NARRATIVE_TOO_LONG: Final = "longer than 20000 characters"
UNKNOWN_LANGUAGE: Final = "not a language that the facts know"
CLEARED_TOO_EARLY: Final = "cleared before it was reported"

_CALL_ID = re.compile(get_args(CallId)[1].pattern)
# Beside C0 and C1: line separators, direction overrides, byte order marks, lone surrogates. Each can make a text look
# like another on a dispatcher's screen.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


class RowError(Exception):
    """One row cannot be read: the reason, and the column where it is known."""

    def __init__(self, reason: str, field: str | None = None) -> None:
        """Say why, and where in the row."""
        self.reason = reason
        self.field = field
        super().__init__(reason)


class BadRow(NamedTuple):
    """An unreadable row in the least memory: first line, column, reason, fingerprint and the call it may be about."""

    line: int
    field: str | None
    reason: str
    fingerprint: str
    call_id: str | None


def to_unreadable(bad: BadRow, source: str) -> Unreadable:
    """`bad` as the domain knows it, standing in `source` (a file's name without its folder)."""
    field = bad.field[:200].strip() if bad.field else None
    return Unreadable(
        source=source,
        line=bad.line,
        field=field or None,
        reason=bad.reason[:200],
        fingerprint=bad.fingerprint,
        call_id=bad.call_id,
    )


def fingerprint(data: bytes) -> str:
    """16 hexadecimal digits of the SHA-256 of `data`."""
    return hashlib.sha256(data).hexdigest()[:16]


def is_call_id(text: str) -> bool:
    """Whether `text` can be a call's id."""
    return _CALL_ID.fullmatch(text) is not None


def what_is_wrong(text: str) -> str | None:
    """Why a one-line `text` is refused, or None.

    A text that a spreadsheet would run as a formula is refused (`=`, `@`, `+`); a leading hyphen is not: Seattle's own
    call types begin with one.
    """
    if _CONTROL.search(text):
        return CONTROL_CHARACTER
    if text.lstrip()[:1] in {"=", "@", "+"}:
        return FORMULA
    return None
