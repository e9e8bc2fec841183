"""Rows of typed cells as a stream of CSV, so that one reader, with one way to refuse, reads every kind of table."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from math import isnan
from typing import Any, Final

ROWS_PER_BLOCK: Final = 1000
EXACT_BELOW: Final = 1e15
"""A spreadsheet keeps 15 digits. A larger whole number may be another than the one typed, and is written as `1e+15`."""


class Written:
    """The bytes of the CSV file that holds `rows`: one line per row, as wide as it is; an empty row is a blank line."""

    def __init__(self, rows: Iterable[Iterable[str]]) -> None:
        """Write `rows` as they are asked for."""
        self._blocks = _blocks(iter(rows))
        self._next = b""

    def peek(self, _size: int, /) -> bytes:
        """The block that comes next."""
        if not self._next:
            self._next = next(self._blocks, b"")
        return self._next

    def read1(self, size: int, /) -> bytes:
        """Some of the bytes that come next."""
        block = self.peek(size)
        self._next = block[size:]
        return block[:size]


def text_of(value: Any) -> str:
    """What a CSV file would hold for `value`: times in ISO 8601, whole numbers without a point, nothing for None."""
    known = _TEXTS.get(type(value))
    return str(value) if known is None else known(value)


def _blocks(rows: Iterator[Iterable[str]]) -> Iterator[bytes]:
    failure: EOFError | None = None
    some: list[Iterable[str]] = [()]
    while some and failure is None:
        some = []
        try:
            some.extend(islice(rows, ROWS_PER_BLOCK))
        except EOFError as error:
            failure = error  # what came before it is still told
        out = io.StringIO(newline="")
        csv.writer(out, lineterminator="\n").writerows(some)
        yield out.getvalue().encode("utf-8", "surrogatepass")  # a lone surrogate is then "not UTF-8", in its own row
    if failure is not None:
        raise failure


def _one_line(text: str) -> str:
    """A line of the stream is a row of the table, so that the numbers of both are the same."""
    return " ".join(text.splitlines()) if "\n" in text or "\r" in text else text


def _exact(value: Decimal) -> str:
    return f"{value:f}" if value != value.to_integral_value() else f"{value:.0f}"


def _number(value: float) -> str:
    if isnan(value):
        return ""
    if abs(value) >= EXACT_BELOW:
        return f"{value:e}"
    return str(int(value)) if value == int(value) else str(value)


def _duration(value: timedelta) -> str:
    minutes, seconds = divmod(value // timedelta(seconds=1), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"


_TEXTS: Final[dict[type, Callable[[Any], str]]] = {
    str: _one_line,
    int: str,
    float: _number,
    Decimal: _exact,
    bool: lambda value: "TRUE" if value else "FALSE",
    type(None): lambda _: "",
    datetime: datetime.isoformat,
    date: date.isoformat,
    time: time.isoformat,
    timedelta: _duration,
}
