"""Where a command writes: results to standard output, messages and progress to standard error."""

import json
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final, TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn
from rich.table import Table
from rich.text import Text

WIDTH_MAX: Final = 100
WIDTH_MIN: Final = 40

Row = Sequence[str]


class Screen:
    """Writes for a person, or JSON for a program.

    A person's lines are at most 100 columns wide, coloured only on a terminal without `NO_COLOR`; whatever a call's
    text holds, no control character of it reaches the terminal.
    """

    def __init__(self, *, as_json: bool) -> None:
        self.as_json: Final = as_json
        self.width: Final = max(WIDTH_MIN, min(shutil.get_terminal_size((WIDTH_MAX, 24)).columns, WIDTH_MAX))
        self._out: Final = self._console(sys.stdout)
        self._err: Final = self._console(sys.stderr)

    def document(self, value: object) -> None:
        """One JSON document on standard output."""
        sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")

    def row(self, value: object) -> None:
        """One line of NDJSON on standard output."""
        sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")

    def say(self, text: str = "", *, indent: int = 0, hang: int = 0, style: str = "") -> None:
        """Text for a person, wrapped; `hang` indents the lines after the first further."""
        self._write(self._out, [Text(line, style) for line in self._wrapped(text, indent, hang)])

    def head(self, text: str) -> None:
        """A heading, after an empty line."""
        self.say()
        self.say(text, style="bold")

    def note(self, text: str, *, style: str = "") -> None:
        """A message to standard error."""
        self._write(self._err, [Text(line, style) for line in self._wrapped(text, 0, 2)])

    def table(self, columns: Row, rows: Iterable[Row], *, right: Iterable[int] = (), whole: Iterable[int] = ()) -> None:
        """A table; columns are numbered from 0. `right` are set to the right, `whole` never broken over lines."""
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
        numbers, unbroken = set(right), set(whole)
        for place, name in enumerate(columns):
            table.add_column(
                name,
                justify="right" if place in numbers else "left",
                no_wrap=place in unbroken | numbers,
                overflow="fold",
            )
        for row in rows:
            table.add_row(*(Text(printable(cell)) for cell in row))
        self._write(self._out, [table])

    def line(self, text: str) -> None:
        """Text on one line, however long, without colours: a command to copy, or output of any length."""
        self._out.file.write(printable(text) + "\n")

    def commands(self, commands: Sequence[tuple[str, str]]) -> None:
        """Commands to type next, each on a line of its own that can be copied, with what it shows."""
        column = max(len(command) for command, _ in commands) + 2
        for command, shows in commands:
            beside = f"  {command.ljust(column)}{shows}"
            lines = [beside] if len(beside) <= self.width else [f"  {command}", f"      {shows}"]
            for line in lines:
                self.line(line.rstrip())

    @contextmanager
    def progress(self, what: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
        """A bar (or, without `total`, a spinner) on standard error while the block runs, if that is a terminal.

        The block calls what it is given with how far it has come.
        """
        if not self._err.is_terminal:
            yield lambda _done: None
            return
        columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed:,}"))
        with Progress(*columns, console=self._err, transient=True) as bar:
            task = bar.add_task(what, total=total)
            yield lambda done: bar.update(task, completed=done)

    def _console(self, file: TextIO) -> Console:
        return Console(file=file, width=self.width, highlight=False, markup=False, emoji=False, soft_wrap=False)

    def _wrapped(self, text: str, indent: int, hang: int) -> list[str]:
        return textwrap.wrap(
            printable(text),
            self.width,
            initial_indent=" " * indent,
            subsequent_indent=" " * (indent + hang),
            break_long_words=False,
            break_on_hyphens=False,
        ) or [""]

    @staticmethod
    def _write(console: Console, parts: Sequence[Text | Table]) -> None:
        """Render first, so that no line ends in blanks, whoever reads it."""
        with console.capture() as captured:
            for part in parts:
                console.print(part)
        lines = captured.get().split("\n")
        console.file.write("\n".join(line.rstrip(" ") for line in lines))


def counted(number: int, what: str) -> str:
    """`1 call`, `2 calls`, `1,000 calls`."""
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def printable(text: str) -> str:
    """`text` on one line without control characters."""
    return text if text.isprintable() else "".join(letter if letter.isprintable() else "?" for letter in text)
