"""What is wrong with an agency's folder: each problem by file, line and field, with what would be right."""

from collections.abc import Collection, Sequence
from typing import Final, Literal, NamedTuple

from triage.domain import errors

SHOWN_CHARACTERS_MAX: Final = 60
VALID_SHOWN_MAX: Final = 30

Severity = Literal["error", "warning"]


class Problem(NamedTuple):
    """One thing that is wrong, or, as a warning, that deserves a look.

    `file` is relative to the folder; `line` and `field` are None where the whole file is meant. `nearest` is the valid
    value that was probably meant, `valid` are all of them, where they can be listed.
    """

    file: str
    line: int | None
    field: str | None
    message: str
    nearest: str | None = None
    valid: tuple[str, ...] = ()
    severity: Severity = "error"

    def __str__(self) -> str:
        """The problem on one line: where, what, the nearest valid value and all valid values."""
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        what = self.message if self.field is None else f"{self.field}: {self.message}"
        hints = [f"did you mean `{self.nearest}`?"] if self.nearest else []
        if self.valid:
            hints.append(f"valid: {_listed(self.valid)}")
        return f"{place}: {what}" + (f"; {' '.join(hints)}" if hints else "")


class RulebookError(errors.TriageError):
    """The folder cannot be used. `problems` are all that was found; the text has one line for each."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems: Final = tuple(problems)


class Found:
    """Collects what is wrong with one file; several share one list."""

    def __init__(self, file: str, problems: list[Problem]) -> None:
        self.file: Final = file
        self._problems: Final = problems
        self.errors = 0

    def error(
        self,
        line: int | None,
        field: str | None,
        message: str,
        nearest: str | None = None,
        valid: Collection[str] = (),
    ) -> None:
        """Note an error: the folder will not load."""
        self.errors += 1
        self._problems.append(Problem(self.file, line, field or None, message, nearest, tuple(valid)))

    def warning(self, line: int | None, field: str | None, message: str, nearest: str | None = None) -> None:
        """Note a warning: the folder loads all the same."""
        self._problems.append(Problem(self.file, line, field, message, nearest, severity="warning"))


def nearest(name: str, valid: Collection[str]) -> str | None:
    """The one of `valid` that `name` most likely meant, whatever its case, or None."""
    by_folded = {option.casefold(): option for option in valid}
    found = errors.nearest(name[:SHOWN_CHARACTERS_MAX].casefold(), by_folded)
    return None if found is None else by_folded[found]


def show(text: str) -> str:
    """`text` as an error may print it: one short line without control characters or backticks."""
    if len(text) <= SHOWN_CHARACTERS_MAX and text.isprintable() and "`" not in text:
        return text
    line = "".join(char if char.isprintable() and char != "`" else "?" for char in text[: SHOWN_CHARACTERS_MAX + 1])
    return line if len(line) <= SHOWN_CHARACTERS_MAX else f"{line[: SHOWN_CHARACTERS_MAX - 3]}..."


def _listed(valid: Sequence[str]) -> str:
    shown = ", ".join(valid[:VALID_SHOWN_MAX])
    return shown if len(valid) <= VALID_SHOWN_MAX else f"{shown} ... ({len(valid)} in all)"
