"""Histories that a test can hold in its head: calls of the small policy, an hour apart, ended as the test says."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from random import Random
from typing import Final, NamedTuple

from tests.small_policy import SMALL_POLICY
from triage.domain.policy import Policy
from triage.rulebook import OutcomeCodes
from triage.sources import Reading, SourceCall
from triage.sources.reports import Reports
from triage.training.candidates import Fitted
from triage.training.card import FileRead
from triage.training.cells import Cells, grid_of
from triage.training.history import Row, history
from triage.training.lessons import Agency

MONDAY: Final = datetime(2023, 1, 2, 8, tzinfo=UTC)
"""Midnight of a Monday at the small agency."""

CODES: Final = OutcomeCodes(
    dispositions={"ARREST": "authority", "HELPED": "no_authority", "GONE": "no_contact", "REPORT": "undetermined"},
    finals={"WELFARE": "non_criminal", "ROBBERY": "authority"},
)
RISKS: Final[Mapping[str, float]] = {
    "WELFARE CHECK": 0.0,
    "PARKING": 0.02,
    "DISPUTE": 0.12,
    "PERSON IN CRISIS": 0.25,
    "ROBBERY": 0.7,
}
"""How often authority is used at the small agency, by call type: the truth of made-up calls."""


class Told(NamedTuple):
    """What a file says of a call."""

    call_type: str = "WELFARE CHECK"
    ended: str = "HELPED"
    hours: float = 0
    priority: str = "3"
    channel: str = "911"
    beat: str = "C1"
    call_id: str = ""
    narrative: str = ""


def reading(told: Iterable[Told]) -> Reading:
    """The calls as if read from a file; those without an id are numbered."""
    calls: list[SourceCall] = []
    for number, call in enumerate(told):
        at, call_id = MONDAY + timedelta(hours=call.hours), call.call_id or f"A{number:07}"
        report = (at, call_id, call.call_type, call.priority, call.channel, "EAST", "", call.beat, "", call.narrative)
        closing = (at + timedelta(hours=1), call_id, call.ended, "") if call.ended else ()
        calls.append((report, closing, 1, number + 2))
    return Reading("calls.csv", len(calls), calls, Counter(), [], Reports())


def rows(told: Iterable[Told], policy: Policy = SMALL_POLICY) -> list[Row]:
    """The same as a history."""
    return history(policy, CODES, [reading(told)])


def made_up(number: int, seed: int = 1, risks: Mapping[str, float] = RISKS, beats: Sequence[str] = "XY") -> list[Told]:
    """Calls of random types, an hour apart, that end as `risks` say; one in ten says nothing of authority."""
    random = Random(seed)
    found = []
    for place in range(number):
        call_type = random.choice(tuple(risks))
        ended = "ARREST" if random.random() < risks[call_type] else "HELPED"
        ended = "REPORT" if random.random() < 0.1 else ended
        beat, priority = random.choice(beats), random.choice("23")
        found.append(Told(call_type, ended, place, priority, beat=beat))
    return found


def agency(told: Iterable[Told], policy: Policy = SMALL_POLICY) -> Agency:
    """An agency with this history, read from one file."""
    found = rows(told, policy)
    read = FileRead(name="calls.csv", sha256=sha256(policy.agency.encode()).hexdigest(), rows=len(found))
    return Agency(policy, found, (read,))


def another(name: str = "Otherville Police") -> Policy:
    """A policy like the small one, of another agency."""
    return SMALL_POLICY.model_copy(update={"agency": name})


def decision(fitted: Fitted, cells: Cells) -> list[float]:
    """What scikit-learn itself makes of `cells`: the log-odds of authority used, before calibration."""
    assert fitted.pipeline is not None
    return list(map(float, fitted.pipeline.decision_function(grid_of(fitted.over, cells))))
