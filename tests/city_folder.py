"""A city's folder read for the tests of its table: names, rows of a published file, and what the judge says of each."""

import csv
import gzip
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Final

from triage.domain.desk import Desk
from triage.domain.events import Particulars
from triage.domain.evidence import NOTHING_KNOWN
from triage.domain.facts import FACTS, Facts
from triage.domain.judge import Verdict
from triage.rulebook import load

ROOT: Final = Path(__file__).parents[1]
DATA: Final = ROOT.parent / "shared" / "data"


class City:
    """One agency's folder under `config`."""

    def __init__(self, name: str) -> None:
        self.folder: Final = ROOT / "config" / name

    @cached_property
    def desk(self) -> Desk:
        """The folder's policy, ready to decide with."""
        return Desk(load(self.folder))

    def table(self, name: str) -> list[dict[str, str]]:
        """The rows of a table of the folder, as written."""
        with (self.folder / name).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    @cached_property
    def call_types(self) -> Mapping[str, dict[str, str]]:
        """The rows of the call-type table by name."""
        return {row["call_type"]: row for row in self.table("call_types.csv")}

    @cached_property
    def canonical(self) -> Mapping[str, dict[str, str]]:
        """The library's canonical types by code."""
        with (self.folder.parent / "common" / "canonical_types.csv").open(encoding="utf-8", newline="") as file:
            return {row["code"]: row for row in csv.DictReader(file)}

    def verdict(self, call_type: str, priority: str | None, cue: Facts = NOTHING_KNOWN) -> Verdict:
        """What is decided on a call of which its type and priority are known, and what `cue` says."""
        return self.desk.judge.by_rules(
            self.desk.weigh(_said(call_type, priority), NOTHING_KNOWN, cue, NOTHING_KNOWN).facts
        )

    def verdict_if_all_is_safe(self, call_type: str, priority: str | None) -> Verdict:
        """What is decided once every question that a caller can be asked is answered in the safest way."""
        safest = {name: spec.values[0] for name, spec in FACTS.items() if spec.asked and spec.ordered}
        answered = Facts.model_validate(safest)
        weighed = self.desk.weigh(_said(call_type, priority), NOTHING_KNOWN, NOTHING_KNOWN, answered)
        return self.desk.judge.by_rules(weighed.facts)

    def line(self, call_type: str, priority: str | None) -> str:
        """Type, route, the rule that decided first, and the open questions, in a line that reads as a table's row."""
        found = self.verdict(call_type, priority)
        questions = " ".join(found.open_questions) or "-"
        return f"{call_type} | {found.route} | {found.because[0]} | {questions}"


def published(path: str) -> Iterator[dict[str, str]]:
    """The rows of a published file, under `../shared/data`."""
    with gzip.open(DATA / path, "rt", encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def lines(table: str) -> list[str]:
    """A table written in a test, row by row, blanks around its cells left out."""
    return [" | ".join(cell.strip() for cell in row.split("|")) for row in table.strip().splitlines()]


def _said(call_type: str, priority: str | None) -> Particulars:
    return Particulars(call_type=call_type, priority=priority, channel=None, precinct=None, sector=None, beat=None)
