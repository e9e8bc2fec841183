"""What a person can answer: every valid code with its meaning in words, and the nearest ones to some words."""

import csv
import io
from collections.abc import Sequence
from typing import Final, NamedTuple

from rapidfuzz import fuzz, process

from triage.agencies.known import read_known
from triage.agencies.review_files import FolderFiles
from triage.agencies.type_proposals import UNKNOWN, TypeProposer
from triage.rulebook import ToReview
from triage.sources import SourceError

CANONICAL_TYPES: Final = "canonical_types.csv"
NEAREST_MAX: Final = 5
LIKE_MIN: Final = 60
"""How much alike words must be to be listed, of 100 (assumption)."""


class Option(NamedTuple):
    """A valid answer, and what it means."""

    code: str
    meaning: str


LEVELS: Final = (
    Option("emergency", "danger to life now: always an officer"),
    Option("urgent", "somebody has to come soon"),
    Option("routine", "it can wait for a while"),
    Option("low", "it can wait for long"),
    Option("unknown", "nobody can say: such a call is sworn"),
)
CHANNELS: Final = (
    Option("911", "by the emergency line"),
    Option("phone", "by another line"),
    Option("text", "by text message"),
    Option("alarm", "from an alarm or its company"),
    Option("in_person", "somebody came to the counter"),
    Option("officer", "an officer began it"),
    Option("scheduled", "it was planned"),
    Option("other", "in another way that is known"),
    Option("unknown", "nobody can say"),
)
OUTCOMES: Final = (
    Option("authority", "sworn authority was used: an arrest, custody, force"),
    Option("citation", "somebody was cited: authority used, unless the final type is parking"),
    Option("no_authority", "nothing was done that takes an officer"),
    Option("no_contact", "nobody was found"),
    Option("undetermined", "it does not say whether authority was used"),
    Option("excluded", "no call at all: cancelled, a duplicate, a test"),
)


class Options:
    """The valid answers for a folder."""

    def __init__(self, files: FolderFiles) -> None:
        """Read the canonical types of the library that the folder takes, else those that its own rows name."""
        self._files: Final = files
        self._library: Final = next((name for name in files if name.endswith(f"/{CANONICAL_TYPES}")), None)
        self.canonical: Final = self._canonical()
        self._proposer: Final = self._read_proposer()

    @property
    def has_library(self) -> bool:
        """Whether the folder takes the library's canonical types."""
        return self._library is not None

    def of(self, item: ToReview) -> tuple[Option, ...]:
        """Every valid answer; none where any text is one."""
        match item.kind:
            case "call type":
                return self.canonical
            case "priority":
                return LEVELS
            case "channel":
                return CHANNELS
            case "disposition":
                return OUTCOMES
            case _:
                return ()

    def alternatives(self, item: ToReview, description: str) -> tuple[Option, ...]:
        """The nearest answers beside the proposed one."""
        if item.kind != "call type":
            return tuple(option for option in self.of(item) if option.code != (item.proposed or "unknown"))
        return self._nearest_types(item.name, description, item.proposed)

    def nearest(self, item: ToReview, words: str) -> tuple[Option, ...]:
        """The answers that some words may mean, the most likely first."""
        exact = option_of(words, self.of(item))
        if exact is not None:
            return (exact,)
        if item.kind == "call type":
            return self._nearest_types("", words, None)
        return _alike(words, self.of(item))

    def meaning(self, item: ToReview, code: str) -> str:
        """What a code means; "" where nothing says so."""
        option = option_of(code, self.of(item))
        return "" if option is None else option.meaning

    def _nearest_types(self, name: str, description: str, without: str | None) -> tuple[Option, ...]:
        by_code = {option.code: option for option in self.canonical}
        codes: list[str] = []
        if self._proposer is not None and (description or name):
            proposal = self._proposer.propose(name, description)
            codes = [code for code in (proposal.canonical, *proposal.alternatives) if code != UNKNOWN]
        codes += [option.code for option in _alike(description or name, self.canonical)]
        found = dict.fromkeys(code for code in codes if code in by_code and code != without)
        return tuple(by_code[code] for code in list(found)[:NEAREST_MAX])

    def _canonical(self) -> tuple[Option, ...]:
        name = self._library or "call_types.csv"
        try:
            rows = list(csv.DictReader(io.StringIO((self._files.get(name) or b"").decode("utf-8-sig"))))
        except (UnicodeDecodeError, csv.Error):
            return ()  # the rulebook says what is wrong with the file
        column = "code" if self._library else "canonical"
        found = {str(row.get(column) or "").strip(): str(row.get("description") or "").strip() for row in rows}
        return tuple(Option(code, meaning if self._library else "") for code, meaning in found.items() if code)

    def _read_proposer(self) -> TypeProposer | None:
        if self._library is None:
            return None
        try:
            known = read_known((self._files.folder / self._library).parent, without=self._files.folder)
        except SourceError:
            return None
        return TypeProposer(known)


def option_of(text: str, options: Sequence[Option]) -> Option | None:
    """The option whose code is `text`, whatever the case."""
    wanted = "_".join(text.split()).casefold()
    return next((option for option in options if option.code.casefold() == wanted), None)


def _alike(words: str, options: Sequence[Option]) -> tuple[Option, ...]:
    texts = [f"{option.code} {option.meaning}".casefold() for option in options]
    found = process.extract(
        words.casefold(), texts, scorer=fuzz.token_set_ratio, limit=NEAREST_MAX, score_cutoff=LIKE_MIN
    )
    return tuple(options[place] for _, _, place in found)
