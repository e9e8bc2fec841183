"""Given what happened, when somebody asks for something, then this happens: the language of the domain's tests."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Self, TypeVar
from zoneinfo import ZoneInfo

from tests.small_policy import SMALL_POLICY
from triage.domain.call import Call, NotReported, evolve
from triage.domain.commands import (
    AnswerQuestion,
    ClaimCall,
    ClearCall,
    Heeded,
    LetTimePass,
    OverrideRoute,
    ReportCall,
    Request,
    TriageCall,
)
from triage.domain.decide import decide
from triage.domain.desk import Desk
from triage.domain.events import Assessment, CallEvent
from triage.domain.facts import Facts
from triage.domain.hear import hear
from triage.domain.policy import Policy
from triage.domain.report import Report

CALL = "2024000123456"
SEATTLE = ZoneInfo("America/Los_Angeles")
NOON = datetime(2024, 5, 15, 12, 30, tzinfo=SEATTLE)
"""A Wednesday, half past twelve: everybody is on shift."""

E = TypeVar("E")

NO_OPINION = Assessment(risk=None, model="none", abstained=None)
CEILING = 0.01
"""From this risk on the fake classifier wants no CSO."""


def after(minutes: float) -> datetime:
    """A moment after NOON."""
    return NOON + timedelta(minutes=minutes)


def report(call_type: str = "WELFARE CHECK", *, now: datetime = NOON, **fields: object) -> ReportCall:
    """CAD reports the call, at priority 3 in precinct EAST unless said otherwise."""
    standard: dict[str, object] = {"priority": "3", "channel": "911", "precinct": "EAST", "beat": "C3"}
    said = Report.model_validate({"call_id": CALL, "reported_at": now, "call_type": call_type, **standard, **fields})
    return ReportCall(call_id=CALL, now=now, by="cad", report=said)


def states(**facts: object) -> Facts:
    """Facts that CAD states."""
    return Facts.model_validate(facts)


def answer(fact: str, value: bool | str, *, now: datetime = NOON) -> AnswerQuestion:
    """A dispatcher enters an answer."""
    return AnswerQuestion(call_id=CALL, now=now, by="dispatcher-7", fact=fact, value=value)


def claim(unit: str = "CSO-1", minutes: float = 1) -> ClaimCall:
    """A unit takes the call."""
    return ClaimCall(call_id=CALL, now=after(minutes), by=f"unit:{unit}", unit=unit)


def overrule(route: str, reason: str = "supervisor-judgement", minutes: float = 2) -> OverrideRoute:
    """A supervisor decides the route."""
    return OverrideRoute.model_validate(
        {"call_id": CALL, "now": after(minutes), "by": "SUP-1", "route": route, "reason": reason}
    )


def pass_time(minutes: float) -> LetTimePass:
    """It is so many minutes after NOON."""
    return LetTimePass(call_id=CALL, now=after(minutes), by="engine")


def close(unit: str | None = None, disposition: str | None = "SETTLED", **more: object) -> ClearCall:
    """A unit, or CAD if none is named, closes the call."""
    return ClearCall.model_validate(
        {"call_id": CALL, "now": after(30), "by": "someone", "unit": unit, "disposition": disposition, **more}
    )


@dataclass
class Story:
    """A call on its way: what happened so far, and what the last request led to."""

    desk: Desk
    assessment: Assessment = NO_OPINION
    loads: Mapping[str, int] = field(default_factory=dict)
    call: Call = field(default_factory=NotReported)
    past: list[CallEvent] = field(default_factory=list)
    last: tuple[CallEvent, ...] = ()

    def when(self, request: Request) -> Self:
        """Somebody asks for something; a refusal is raised."""
        self.last = self._events(request)
        for event in self.last:
            self.call = evolve(self.call, event)
        self.past.extend(self.last)
        return self

    def then(self, *kinds: str) -> Self:
        """Exactly events of these kinds happened, in this order."""
        assert tuple(event.kind for event in self.last) == kinds
        return self

    def then_nothing(self) -> Self:
        """Nothing happened."""
        assert self.last == ()
        return self

    def the(self, kind: type[E]) -> E:
        """The last event of this kind among those that the last request led to."""
        found = [event for event in self.last if isinstance(event, kind)]
        assert found, f"no {kind.__name__} among {[event.kind for event in self.last]}"
        return found[-1]

    def _events(self, request: Request) -> tuple[CallEvent, ...]:
        if not isinstance(request, Heeded):
            return decide(self.call, request, self.desk, self.loads)
        heard = hear(self.call, request, self.desk)
        if heard is None:
            return ()
        command = TriageCall(request.call_id, request.now, request.by, heard, self.assessment)
        return decide(self.call, command, self.desk, self.loads)


def given(
    *requests: Request,
    policy: Policy = SMALL_POLICY,
    risk: float | None = None,
    loads: Mapping[str, int] | None = None,
) -> Story:
    """A call to which `requests` happened, at a desk with this policy; `risk` is the classifier's opinion."""
    assessment = NO_OPINION if risk is None else Assessment(risk=risk, model="fake", abstained=None, ceiling=CEILING)
    story = Story(Desk(policy), assessment, loads or {})
    for request in requests:
        story.when(request)
    return story
