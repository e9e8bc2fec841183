"""What nobody at an agency has confirmed yet, and how a person's answers get into its files, one at a time."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

from triage.agencies.review_files import ChangedMeanwhileError, FolderFiles
from triage.agencies.review_options import Option, Options, option_of
from triage.agencies.review_table import NoSuchRowError, cells_at, with_cells
from triage.agencies.review_yaml import CannotEditError, with_value, without_entry
from triage.domain.errors import TriageError, meant
from triage.rulebook import Checked, ToReview
from triage.rulebook.codes import MEANINGS

REVIEWED: Final = "reviewed"
UNSAID: Final = "unknown"
SHOWN_MAX: Final = 20
_BY: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@:-]{0,63}")
_OF_THE_OLD_TYPE: Final = ("profile", "presumes", "severity", "likelihood")


class ReviewRefusedError(TriageError):
    """An answer that cannot be written; the text says why and what can."""


class Answered(NamedTuple):
    """An answer that was saved: what it was about, what it says now, and the file's bytes before and after it."""

    item: ToReview
    answer: str
    before: bytes
    after: bytes


class Review:
    """A folder under review. Every answer is saved at once."""

    def __init__(self, folder: Path, by: str, today: date) -> None:
        """Read `folder`. `by` is the id of whoever answers.

        Raises:
            ReviewRefusedError: `by` is no id.
        """
        if not _BY.fullmatch(by):
            raise ReviewRefusedError(f"`{by[:60]}` is no id: letters, digits and ._@:- only, at most 64; never a name")
        self._folder: Final = folder
        self._mark: Final = f"reviewed by {by} on {today.isoformat()}"
        self.reload()

    def reload(self) -> None:
        """Read the folder again."""
        self.files = FolderFiles(self._folder)
        self._checked: Checked = self.files.checked()
        self.options = Options(self.files)

    @property
    def left(self) -> tuple[ToReview, ...]:
        """What is left to review, the biggest counts first."""
        return self._checked.review

    @property
    def errors(self) -> int:
        """How many errors the folder has, whatever is under review."""
        return len(_errors(self._checked))

    def cells(self, item: ToReview) -> dict[str, str]:
        """The row's cells by column; none for a setting or a column of a file."""
        try:
            return cells_at(self.files[item.file], item.line) if item.file.endswith(".csv") else {}
        except NoSuchRowError:
            return {}

    def find(self, text: str) -> ToReview:
        """What is left to review and is called `text`: a name, or `KIND:NAME` where several kinds have it.

        Raises:
            ReviewRefusedError: nothing or several things are called so.
        """
        wanted = _folded(text)
        found = [item for item in self.left if _folded(item.name) == wanted]
        if not found:
            found = [item for item in self.left if wanted in {_folded(name) for name in _full_names(item)}]
        if len(found) == 1:
            return found[0]
        if found:
            by_kind = len({item.kind for item in found}) == len(found)
            names = [_full_names(item)[0 if by_kind else 1] for item in found]
            raise ReviewRefusedError(f"`{text[:60]}` is not clear; say which: {', '.join(names)}")
        names = [item.name for item in self.left]
        hint = _near(text, names) if names else "nothing is left to review"
        raise ReviewRefusedError(f"nothing under review is called `{text[:60]}`; {hint}")

    def accept(self, item: ToReview) -> Answered:
        """Confirm what is proposed.

        Raises:
            ReviewRefusedError: nothing is proposed, or the folder could not be used like that.
            ChangedMeanwhileError: the file was changed by somebody else.
        """
        if item.kind == "call type" and not item.proposed:
            raise ReviewRefusedError(f"nothing is proposed for `{item.name}`: pick a canonical type")
        if item.kind == "disposition" and not item.proposed:
            raise ReviewRefusedError(f"nothing is proposed for `{item.name}`: pick an outcome")
        return self._save(item, item.proposed or UNSAID, {})

    def choose(self, item: ToReview, answer: str) -> Answered:
        """Confirm something else than what is proposed.

        Raises:
            ReviewRefusedError: there is no such code, or the folder could not be used like that.
            ChangedMeanwhileError: the file was changed by somebody else.
        """
        valid = self.options.of(item)
        if not valid:
            return self._save(item, answer, {})
        option = option_of(answer, valid)
        if option is None:
            hint = _near(answer, [known.code for known in valid])
            raise ReviewRefusedError(f"no {_WHAT[item.kind]} `{answer[:60]}`; {hint}")
        return self._save(item, option.code, self._changes(item, option))

    def take_back(self, answered: Answered) -> None:
        """Put an answer under review again, as long as nothing else has changed in its file.

        Raises:
            ChangedMeanwhileError: something has.
        """
        file = answered.item.file
        if self.files[file] != answered.after:
            raise ChangedMeanwhileError(file)
        self.files.save(file, answered.before)
        self._checked = self.files.checked()

    def _changes(self, item: ToReview, option: Option) -> dict[str, str]:
        """The cells that say the answer."""
        if item.kind != "call type":
            column = "outcome" if item.kind == "disposition" else MEANINGS[item.kind]
            return {column: "" if option.code == UNSAID else option.code}
        if option.code == item.proposed:
            return {}
        changes = {"canonical": option.code, "fidelity": "none" if option.code.startswith("X-") else "close"}
        if self.options.has_library:  # what was proposed with the other type is not true of this one
            changes |= dict.fromkeys(_OF_THE_OLD_TYPE, "")
        return changes

    def _save(self, item: ToReview, answer: str, changes: Mapping[str, str]) -> Answered:
        if not self.files.owns(item.file):
            raise ReviewRefusedError(f"`{item.file}` is the library's, which other agencies use: change it by hand")
        before = self.files[item.file]
        try:
            data = self._edited(item, before, answer, changes)
        except (NoSuchRowError, CannotEditError) as error:
            raise ReviewRefusedError(f"{item.file}:{item.line}: change it by hand: {error or 'no such row'}") from error
        was = _errors(self._checked)
        checked = self.files.checked({item.file: data})
        wrong = [problem for problem in _errors(checked) if problem not in was]
        if wrong:
            raise ReviewRefusedError(f"`{item.name}` cannot be `{answer[:60]}`: {wrong[0]}")
        self.files.save(item.file, data)
        self._checked = checked
        return Answered(item, answer, before, data)

    def _edited(self, item: ToReview, data: bytes, answer: str, changes: Mapping[str, str]) -> bytes:
        if item.file.endswith(".csv"):
            cells = cells_at(data, item.line)
            source = "; ".join(part for part in (cells.get("source"), self._mark) if part)
            more = {"cso": "no"} if item.kind == "disposition" and not cells.get("cso") else {}
            return with_cells(data, item.line, {**more, **changes, "status": REVIEWED, "source": source})
        if answer not in {item.proposed, UNSAID}:
            path = item.name.split(".")
            inside = item.kind == "column" and len(path) == 1
            data = with_value(data, ("columns", *path) if inside else path, answer)
        return without_entry(data, item.name)


_WHAT: Final = {
    "call type": "canonical type",
    "priority": "level",
    "channel": "channel",
    "disposition": "outcome",
    "setting": "value",
    "column": "column",
}


def _errors(checked: Checked) -> list[str]:
    """The folder's errors without their lines, which move."""
    errors = (problem for problem in checked.problems if problem.severity == "error")
    return [f"{problem.file}: {problem.field or ''}: {problem.message}" for problem in errors]


def _full_names(item: ToReview) -> tuple[str, str]:
    """The names that tell it from others: by kind and by file."""
    return f"{item.kind.replace(' ', '-')}:{item.name}", f"{item.file}:{item.name}"


def _folded(text: str) -> str:
    return " ".join(text.upper().split())


def _near(text: str, valid: Sequence[str]) -> str:
    """The nearest of many valid words; all of a few."""
    if len(valid) <= SHOWN_MAX:
        return meant(text[:60], valid)
    near = meant(text[:60], valid).partition("valid: ")[0].strip()
    return near or f"there are {len(valid):,}"
