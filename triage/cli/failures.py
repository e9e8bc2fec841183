"""Exit codes, and what a person reads when something cannot be done: never a traceback for what can be expected."""

import sqlite3
from collections.abc import Iterator
from typing import Final

from cyclopts import CycloptsError
from cyclopts.exceptions import MissingArgumentError, UnknownCommandError, UnusedCliTokensError

from triage.cli.app import COMMANDS
from triage.domain.errors import (
    CallNotFoundError,
    CallRefusedError,
    DispositionRefusedError,
    InvalidAnswerError,
    SelfLinkError,
    TriageError,
    UnknownFactError,
    UnknownReasonError,
    UnknownUnitError,
    meant,
)

DONE: Final = 0
FOUND: Final = 1
"""It found what it looks for (a mismatch, a problem), or the state of the call does not allow what was asked."""

BAD_INPUT: Final = 2
INTERRUPTED: Final = 130

LINES_MAX: Final = 20
EXPECTED: Final = (TriageError, CycloptsError, OSError, sqlite3.Error)
"""Errors that have a message for a person; any other is a mistake of ours and shows its traceback."""

_BAD_INPUT: Final = (
    CallNotFoundError,
    DispositionRefusedError,
    InvalidAnswerError,
    SelfLinkError,
    UnknownFactError,
    UnknownReasonError,
    UnknownUnitError,
)
"""Refusals of what was typed, whatever state the call is in."""


class UsageError(TriageError):
    """What was typed cannot be meant; the text says what can."""


class NothingWaitsError(TriageError):
    """There is no call to claim."""


def exit_code(error: BaseException) -> int:
    """1 where the call's state does not allow what was asked, 2 for bad usage and bad input."""
    refused = isinstance(error, CallRefusedError | NothingWaitsError) and not isinstance(error, _BAD_INPUT)
    return FOUND if refused else BAD_INPUT


def explained(error: BaseException) -> Iterator[str]:
    """The lines to show for an expected error; of many, the first and how many more there are."""
    if isinstance(error, CycloptsError):
        yield f"error: {_usage(error)}"
        yield f"`{_command(error)} --help` shows what it takes"
        return
    lines = [line for line in _text(error).splitlines() if line.strip()] or [type(error).__name__]
    yield f"error: {lines[0]}"
    yield from lines[1:LINES_MAX]
    if len(lines) > LINES_MAX:
        yield f"... and {len(lines) - LINES_MAX} more"


def _text(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror:
        where = f"`{error.filename}`: " if error.filename else ""
        return f"{where}{error.strerror.lower()}"
    if isinstance(error, sqlite3.Error):
        return f"the database refuses: {error}; check the disk and that the file is ours"
    return str(error)


def _usage(error: CycloptsError) -> str:
    """What the parser found, in our style: lower case, input in backticks."""
    tokens = [token[:60] for token in error.unused_tokens or ()]
    if isinstance(error, UnusedCliTokensError):
        return f"too much: {', '.join(f'`{token}`' for token in tokens)}"
    if isinstance(error, UnknownCommandError) and tokens:
        typed = " ".join((*(error.command_chain or ()), tokens[0]))
        return f"no command `{typed}`; {meant(typed, [command[0] for command in COMMANDS])}"
    if isinstance(error, MissingArgumentError) and error.argument is not None:
        what = f"a value after {error.keyword}" if error.keyword else error.argument.name
        return f"`{_command(error)}` needs {what}"
    text = " ".join(str(error).split()).replace('"', "`").rstrip(".")
    return text[:1].lower() + text[1:]


def _command(error: CycloptsError) -> str:
    return " ".join(("triage", *(error.command_chain or ())))
