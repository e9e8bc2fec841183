"""The EIDOs of one incident put together, in whatever order and however often they come.

An EIDO says the state of an incident, and may come late or twice. What holds is: type, priority, channel and area of
the newest; every danger that any of them told of; of other facts what the newest says that speaks of them. A report
made so from all that came so far never takes back what a newer one said, wherever the one that came last belongs.
"""

from collections import OrderedDict
from datetime import datetime
from typing import Final, NamedTuple

from triage.domain.evidence import NOTHING_KNOWN, merge
from triage.domain.report import NARRATIVE_MAX_CHARACTERS, Report
from triage.eido.reading import NOTE_END

INCIDENTS_MAX: Final = 10_000
"""How many incidents are remembered; of the one not heard of for longest, an older EIDO counts as it comes."""

DOCUMENTS_MAX: Final = 32
"""How many EIDOs of an incident are remembered, the newest ones: the others were heard already."""


class Incidents:
    """What the EIDOs of a feed said so far, by incident."""

    def __init__(self) -> None:
        self._told: OrderedDict[str, dict[bytes, _Document]] = OrderedDict()

    def put_together(self, report: Report) -> Report:
        """The report that all EIDOs of this incident so far come to, the one behind `report` among them."""
        told = self._told.setdefault(report.call_id, {})
        self._told.move_to_end(report.call_id)
        document = _Document.of(report)
        told[document.key] = document
        newest_first = sorted(told.values(), reverse=True, key=_place)
        for old in newest_first[DOCUMENTS_MAX:]:
            del told[old.key]
        if len(self._told) > INCIDENTS_MAX:
            self._told.popitem(last=False)
        facts = NOTHING_KNOWN
        for found in reversed(newest_first):
            facts = merge(facts, found.report.facts, newer=True)
        notes = _notes([found.report.narrative for found in newest_first])
        newest = newest_first[0].report
        # Of several of one moment the more cautious holds, which is for whoever hears them to say.
        said = report if report.reported_at == newest.reported_at else newest
        return said.model_copy(update={"facts": facts, "narrative": notes})


class _Document(NamedTuple):
    """A report, and its bytes, which tell it from others of the same moment."""

    told_at: datetime
    key: bytes
    report: Report

    @classmethod
    def of(cls, report: Report) -> "_Document":
        return cls(report.reported_at, report.model_dump_json(exclude_defaults=True).encode(), report)


def _place(document: _Document) -> tuple[datetime, bytes]:
    return document.told_at, document.key


def _notes(narratives: list[str | None]) -> str | None:
    """Every note once, those of the newest EIDO first; what goes beyond a report's length was heard when it came."""
    notes = dict.fromkeys(note for text in narratives if text for note in text.split(NOTE_END))
    kept: list[str] = []
    length = 0
    for note in notes:
        length += len(note) + len(NOTE_END)
        if length > NARRATIVE_MAX_CHARACTERS + len(NOTE_END):
            break
        kept.append(note)
    return NOTE_END.join(kept) or None
