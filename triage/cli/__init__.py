"""The `triage` command line: what dispatchers, CSO units, sergeants and auditors type."""

import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper

from triage.cli.app import make_app
from triage.cli.failures import DONE, EXPECTED, INTERRUPTED, exit_code, explained


def main(argv: Sequence[str] | None = None) -> int:
    """The exit code of `triage` with these arguments (the process's own if None).

    Results go to standard output; messages, progress and errors to standard error. 0: done. 1: it found what it looks
    for, or the state of a call does not allow what was asked. 2: bad usage or bad input. 130: interrupted.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors="backslashreplace")  # a terminal without some letter must not stop a dispatcher
    try:
        app = make_app(arguments)
        code = app(arguments, exit_on_error=False, print_error=False, result_action="return_value")
        sys.stdout.flush()
    except BrokenPipeError:
        _be_quiet()  # whoever read along has seen enough
        return DONE
    except KeyboardInterrupt:
        print("interrupted: the log is whole, and the same command goes on from there", file=sys.stderr)  # noqa: T201
        return INTERRUPTED
    except EXPECTED as error:
        _flush()
        for line in explained(error):
            print(line, file=sys.stderr)  # noqa: T201 - no screen is known to work here
        return exit_code(error)
    return code if isinstance(code, int) else DONE


def _flush() -> None:
    """Write what is left to standard output; where that is what failed, there is nothing left to write."""
    try:
        sys.stdout.flush()
    except OSError:
        _be_quiet()


def _be_quiet() -> None:
    """Let the interpreter's last flush of standard output go nowhere, instead of complaining about the broken pipe."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):
        return  # standard output is not a file of the system's
