"""Reads the parts of a policy from the files of a folder and of its library, whatever is wrong with some of them."""

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple, TypeVar

from triage.domain.roster import Roster
from triage.rulebook.agency import Settings, read_reasons, read_settings, reasons
from triage.rulebook.call_types import CallTypeTable, Known, read_call_types, read_profiles
from triage.rulebook.canonical_types import CanonicalType, Profile, read_canonical_types
from triage.rulebook.codes import Codes, read_channels, read_priorities
from triage.rulebook.cues import ReadCues, read_cues
from triage.rulebook.dispositions import ReadDispositions, read_dispositions
from triage.rulebook.fact_values import UNREVIEWED
from triage.rulebook.fields import Once
from triage.rulebook.folder import AGENCY, COLUMNS, OVERRIDES
from triage.rulebook.library import NOTHING, RULES, nowhere, once_beside
from triage.rulebook.nodes import At
from triage.rulebook.overrides import Override, RuleIds, read_overrides
from triage.rulebook.problems import Found, Problem
from triage.rulebook.review import ToReview, columns_to_review, in_order
from triage.rulebook.roster import read_roster
from triage.rulebook.rules import ReadRule, Vocabulary, read_rules, rule_ids
from triage.rulebook.yaml_file import parse

OTHER_NAME: Final = "the library has that name, so choose another"
SAME_CODE: Final = "the library's row is the same code, so leave it out here"
OVERRIDE: Final = f"to change a rule of the library, write an override in {OVERRIDES}; to add one, choose another id"

T = TypeVar("T")


class Parts(NamedTuple):
    """What the files say; None for what could not be read. `rules` are all that are there, also those that are off."""

    settings: Settings | None
    canonical_types: Mapping[str, CanonicalType] | None
    table: CallTypeTable | None
    rules: list[ReadRule]
    examples: int
    cues: ReadCues | None
    roster: Roster | None
    priorities: Codes | None
    channels: Codes | None
    override_reasons: Mapping[str, str] | None
    dispositions: ReadDispositions | None
    review: tuple[ToReview, ...]

    @property
    def effective(self) -> list[ReadRule]:
        """The rules without those that an override takes away."""
        return [item for item in self.rules if not item.is_off]


def read_parts(files: Mapping[str, bytes], problems: list[Problem]) -> Parts:
    """The parts that `files` say, by their names as seen from the folder; what is wrong is noted in `problems`."""
    reading = _Reading(files, problems)
    settings = reading.settings
    canonical_types, table = reading.call_types()
    natures = None if table is None or canonical_types is None else table.natures | {UNREVIEWED}
    rules, examples = reading.rules(Vocabulary(natures, settings and settings.switches))
    priorities = reading.table("priorities.csv", read_priorities)
    channels = reading.table("channels.csv", read_channels)
    dispositions = reading.dispositions()
    columns = (name for name in files if name.startswith(f"{COLUMNS}/"))
    review = [item for name in columns for item in columns_to_review(name, files[name])]
    for part in (settings, table, priorities, channels, dispositions):
        review += part.review if part else ()
    return Parts(
        settings=settings,
        canonical_types=canonical_types,
        table=table,
        rules=rules,
        examples=examples,
        cues=reading.cues(),
        roster=reading.document("units.yaml", lambda at: read_roster(at, settings and settings.time_zone)),
        priorities=priorities,
        channels=channels,
        override_reasons=reading.override_reasons(),
        dispositions=dispositions,
        review=in_order(review),
    )


class _Reading:
    """The files of a folder and of its library, read one after another."""

    def __init__(self, files: Mapping[str, bytes], problems: list[Problem]) -> None:
        self._files: Final = files
        self._problems: Final = problems
        self.settings: Final = self.document(AGENCY, read_settings)
        included = self.settings.included if self.settings else nowhere(At(NOTHING, "", Found(AGENCY, [])))
        self._included: Final = included and included.as_far_as(files)

    def document(self, name: str, reader: Callable[[At], T]) -> T | None:
        """What `reader` makes of a YAML file; None if it is not there or cannot be read."""
        found = Found(name, self._problems)
        node = parse(self._files[name], found) if name in self._files else None
        return None if node is None else reader(At(node, "", found))

    def table(self, name: str, reader: Callable[[bytes, Found], T | None]) -> T | None:
        """What `reader` makes of a CSV file; None if it is not there or cannot be read."""
        return reader(self._files[name], Found(name, self._problems)) if name in self._files else None

    def call_types(self) -> tuple[Mapping[str, CanonicalType] | None, CallTypeTable | None]:
        """The library's canonical types (none, if the folder does not take them) and the folder's call types."""
        once = self._once(OTHER_NAME)
        each = self._each("profiles.yaml", lambda name: self.document(name, lambda at: read_profiles(at, once)))
        profiles: dict[str, Profile] | None = None
        for more in each or ():
            profiles = {**(profiles or {}), **more}
        canonical_types: dict[str, CanonicalType] | None = {}
        if file := self._included and self._included.file("canonical_types.csv"):
            canonical_types = self.table(file, lambda data, found: read_canonical_types(data, profiles, found))
        known = Known(profiles, canonical_types)
        return canonical_types, self.table("call_types.csv", lambda data, found: read_call_types(data, known, found))

    def rules(self, vocabulary: Vocabulary) -> tuple[list[ReadRule], int]:
        """The rules in the order of file names, the library's file before the folder's own, and how many examples."""
        library, own = self._rule_documents()
        in_library, in_own = ({name for at in files for name in rule_ids(at)} for files in (library, own))
        is_known = self._included is None or self._included.is_readable
        ids = RuleIds(in_library if is_known else None, in_own)
        overrides: dict[str, Override] = self.document(OVERRIDES, lambda at: read_overrides(at, ids)) or {}
        once = self._once(OVERRIDE)
        read = [(at, *read_rules(at, vocabulary, once, overrides)) for at in library]
        read += [(at, *read_rules(at, vocabulary, once)) for at in own]
        read.sort(key=lambda item: item[0].found.file.rpartition("/")[2])  # which leaves the library's files first
        return [rule for _, rules, _ in read for rule in rules], sum(examples for _, _, examples in read)

    def cues(self) -> ReadCues | None:
        """The negations and cues of the library and of the folder."""
        once = self._once(OTHER_NAME)
        each = self._each("cues.yaml", lambda name: self.document(name, lambda at: self._read_cues(at, once)))
        cues = ReadCues()
        for more in each or ():
            cues = cues.with_more(more)
        return None if each is None else cues

    def dispositions(self) -> ReadDispositions | None:
        """The dispositions of the library and of the folder."""
        once = self._once(SAME_CODE)

        def read(name: str) -> ReadDispositions | None:
            return self.table(name, lambda data, found: read_dispositions(data, once, found))

        each = self._each("dispositions.csv", read)
        dispositions = ReadDispositions()
        for more in each or ():
            dispositions = dispositions.with_more(more)
        return None if each is None else dispositions

    def override_reasons(self) -> Mapping[str, str] | None:
        """The reasons of the library and of the folder's settings, in alphabetical order."""
        once = self._once(SAME_CODE)
        found: dict[str, str] = {}
        if file := self._included and self._included.file("override_reasons.yaml"):
            found |= self.document(file, lambda at: read_reasons(at, once)) or {}
        at = self.settings and self.settings.override_reasons
        if at is not None:
            found |= reasons(once)(at) or {}
        return dict(sorted(found.items()))

    def _read_cues(self, at: At, once: Once) -> ReadCues:
        adds = self._included is not None and self._included.file("cues.yaml") not in {None, at.found.file}
        return read_cues(at, once, adds=adds)

    def _rule_documents(self) -> tuple[list[At], list[At]]:
        """The rule files that can be read: the library's, then the folder's own."""
        library: list[At] = []
        own: list[At] = []
        for name in sorted(self._files):
            is_library = self._included is not None and name.startswith(f"{self._included.library}/{RULES}/")
            if is_library or name.startswith(f"{RULES}/"):
                at = self.document(name, lambda at: at)
                (library if is_library else own).extend([] if at is None else [at])
        return library, own

    def _each(self, name: str, read: Callable[[str], T | None]) -> list[T] | None:
        """What `read` makes of the library's file and of the folder's own; None if one of them cannot be read."""
        files = [file for file in (self._included and self._included.file(name),) if file is not None]
        files += [name] if name in self._files or not files else []
        each = [part for part in map(read, files) if part is not None]
        return each if len(each) == len(files) else None

    def _once(self, hint: str) -> Once:
        return once_beside(self._included, hint)
