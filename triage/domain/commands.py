"""What may be asked of a call. Each command says when (`now`) and by whom; none of them reads a clock."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import AwareDatetime

from triage.domain.events import Assessment, HandBackReason, Relation
from triage.domain.evidence import Heard
from triage.domain.facts import FactValue
from triage.domain.report import Closing, Report, Unreadable
from triage.domain.values import Actor, CallId, Programme, Route, Slug, Text, UnitId, Value


class Asked(Value):
    """What every command says: of which call, when, by whom."""

    call_id: CallId
    now: AwareDatetime
    by: Actor


class ReportCall(Asked):
    """CAD says something about a call, for the first time or again."""

    kind: Literal["report_call"] = "report_call"
    report: Report


class AnswerQuestion(Asked):
    """Somebody answered a screening question."""

    kind: Literal["answer_question"] = "answer_question"
    fact: Text
    value: FactValue


@dataclass(frozen=True, slots=True)
class TriageCall:
    """Decide a call again on what was heard: what a report or an answer becomes once the classifier has seen it."""

    call_id: str
    now: datetime
    by: str
    heard: Heard
    assessment: Assessment


class RefuseReport(Asked):
    """A report of this call could not be read."""

    kind: Literal["refuse_report"] = "refuse_report"
    unreadable: Unreadable


class OverrideRoute(Asked):
    """A person decides the route, with a reason code."""

    kind: Literal["override_route"] = "override_route"
    route: Route
    reason: Slug
    programme: Programme | None = None


class ClaimCall(Asked):
    """A unit takes a call that waits for it."""

    kind: Literal["claim_call"] = "claim_call"
    unit: UnitId


class ReleaseCall(Asked):
    """A unit puts a call back into its queue."""

    kind: Literal["release_call"] = "release_call"
    unit: UnitId


class GoEnRoute(Asked):
    """A unit says that it is on its way."""

    kind: Literal["go_en_route"] = "go_en_route"
    unit: UnitId


class ArriveOnScene(Asked):
    """A unit says that it has arrived."""

    kind: Literal["arrive_on_scene"] = "arrive_on_scene"
    unit: UnitId


class RequestBackup(Asked):
    """A unit wants an officer."""

    kind: Literal["request_backup"] = "request_backup"
    unit: UnitId


class HandBackCall(Asked):
    """A unit returns a call."""

    kind: Literal["hand_back_call"] = "hand_back_call"
    unit: UnitId
    reason: HandBackReason


class ClearCall(Asked):
    """A CSO unit (`unit`) or CAD (no unit) closes a call, perhaps with a follow-up to come."""

    kind: Literal["clear_call"] = "clear_call"
    unit: UnitId | None
    disposition: Text | None
    final_call_type: Text | None = None
    follow_up_at: AwareDatetime | None = None

    @classmethod
    def by_cad(cls, call_id: str, closing: Closing) -> "ClearCall":
        """The command that a report's `closing` stands for."""
        return cls(
            call_id=call_id,
            now=closing.cleared_at,
            by="cad",
            unit=None,
            disposition=closing.disposition,
            final_call_type=closing.final_call_type,
        )


class LinkCall(Asked):
    """Two calls are about the same incident, or about related ones."""

    kind: Literal["link_call"] = "link_call"
    other: CallId
    relation: Relation


class LetTimePass(Asked):
    """It is `now`: whatever the call's timers say happens."""

    kind: Literal["let_time_pass"] = "let_time_pass"


UnitCommand = ClaimCall | ReleaseCall | GoEnRoute | ArriveOnScene | RequestBackup | HandBackCall

Heeded = ReportCall | AnswerQuestion
"""The commands that bring news; `hear` turns them into `TriageCall`."""

Command = TriageCall | RefuseReport | OverrideRoute | UnitCommand | ClearCall | LinkCall | LetTimePass
"""The commands that `decide` takes."""

Request = Heeded | Command
"""Whatever may be handed to the engine."""

WAIT_OF_OVERRIDE_MINUTES: int = 60
"""How long a call waits for a unit after a person gave it to a CSO. An assumption: no rule speaks of it."""
