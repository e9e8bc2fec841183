"""Everything that can happen to a call. The stored name is `kind`; a class may be renamed, a `kind` never."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from triage.domain.facts import Facts
from triage.domain.model import Model
from triage.domain.policy import Policy
from triage.domain.values import Actor, CallId, Programme, Route, Slug, Text, UnitId, Value

HandBackReason = Literal["shift_end", "capacity", "wrong_area", "needs_officer", "unsafe", "other"]
NotServedReason = Literal[
    "no_unit_of_programme",
    "area_unknown",
    "no_unit_in_area",
    "no_language",
    "no_vehicle",
    "no_partner",
    "outside_hours",
    "capacity",
    "hold_expired",
    "shift_end",
    "handed_back",
    "risk_too_high",
    "classifier_abstained",
    "overridden",
]
Relation = Literal["duplicate", "related"]


class Assessment(Value):
    """The classifier's opinion: a calibrated risk that sworn authority is used, or an abstention (`risk` is None).

    From `ceiling` on the risk is too high for a CSO; a risk without a ceiling always is. `model` is the digest of the
    model, or `none` where there is none: the policy says that no classifier is configured, or the classifier failed.
    """

    risk: Annotated[float, Field(ge=0, le=1)] | None
    model: Text
    abstained: Text | None
    ceiling: Annotated[float, Field(ge=0, le=1)] | None = None


class Evidence(Value):
    """The facts of a call by where they come from."""

    presumed: Facts = Facts()
    reported: Facts = Facts()
    cue: Facts = Facts()
    answered: Facts = Facts()


class Considered(Value):
    """One unit that was looked at for a call: how many calls it had then, and why it was chosen or passed over."""

    unit: UnitId
    load: int
    outcome: Text


class Happened(Value):
    """What every event says: which call, when by CAD's clock, and who or what caused it."""

    call_id: CallId
    occurred_at: AwareDatetime
    by: Actor


class Particulars(Value):
    """What CAD says of a call beside its facts, in CAD's own words."""

    call_type: Text
    priority: Text | None
    channel: Text | None
    precinct: Text | None
    sector: Text | None
    beat: Text | None


class CallReported(Happened):
    """CAD reported a call for the first time."""

    kind: Literal["call_reported"] = "call_reported"
    particulars: Particulars
    reported: Facts
    cue: Facts
    cue_ids: tuple[Slug, ...]


class CallUpdated(Happened):
    """Something new became known of a call: another report said it, or a question was answered.

    The particulars are those that hold now; the facts are those that this report or answer brought.
    """

    kind: Literal["call_updated"] = "call_updated"
    particulars: Particulars
    reported: Facts
    cue: Facts
    cue_ids: tuple[Slug, ...]
    answered: Facts


class CallTriaged(Happened):
    """A route was chosen, with everything needed to explain and recompute it.

    `route` is what to act on. `eligible` is what rules and classifier together allow, `by_rules` what the rules alone
    would: they differ from `route` where no unit could take the call, and where the classifier withheld a CSO.
    """

    kind: Literal["call_triaged"] = "call_triaged"
    route: Route
    eligible: Route
    by_rules: Route
    because: Annotated[tuple[Slug, ...], Field(min_length=1)]
    nearly: tuple[Slug, ...]
    open_questions: tuple[str, ...]
    programme: Programme | None
    agency: Slug | None
    evidence: Evidence
    assessment: Assessment
    policy: Text


class RouteOverridden(Happened):
    """A person changed the route."""

    kind: Literal["route_overridden"] = "route_overridden"
    was: Route
    route: Route
    reason: Slug


class CallQueued(Happened):
    """A call began to wait for a CSO unit; if nobody claims it by `due_at`, it goes to an officer."""

    kind: Literal["call_queued"] = "call_queued"
    unit: UnitId
    partner: UnitId | None
    programme: Programme
    two_together: bool
    vehicle: bool
    route: Route
    call_type: Text
    priority: Text | None
    beat: Text | None
    because: tuple[Slug, ...]
    due_at: AwareDatetime
    shift_ends_at: AwareDatetime
    warn_at: AwareDatetime
    considered: tuple[Considered, ...]


class CallClaimed(Happened):
    """A unit took a call that waited for it."""

    kind: Literal["call_claimed"] = "call_claimed"
    unit: UnitId


class CallReleased(Happened):
    """A unit put a call that it had taken back into its own queue."""

    kind: Literal["call_released"] = "call_released"
    unit: UnitId
    due_at: AwareDatetime


class UnitEnRoute(Happened):
    """The unit is on its way."""

    kind: Literal["unit_en_route"] = "unit_en_route"
    unit: UnitId


class UnitOnScene(Happened):
    """The unit has arrived."""

    kind: Literal["unit_on_scene"] = "unit_on_scene"
    unit: UnitId


class BackupRequested(Happened):
    """The unit asked for an officer; the call is a co-response from here."""

    kind: Literal["backup_requested"] = "backup_requested"
    unit: UnitId


class CsoRecalled(Happened):
    """The unit is called off, or the call taken out of its queue: the call needs an officer."""

    kind: Literal["cso_recalled"] = "cso_recalled"
    unit: UnitId
    because: tuple[Slug, ...]


class CallHandedBack(Happened):
    """A unit returned a call, or left it behind at the end of its shift."""

    kind: Literal["call_handed_back"] = "call_handed_back"
    unit: UnitId
    reason: HandBackReason


class ShiftEnding(Happened):
    """A unit that still has this call was warned that its shift ends soon."""

    kind: Literal["shift_ending"] = "shift_ending"
    unit: UnitId
    ends_at: AwareDatetime


class CallNotServed(Happened):
    """The rules would give this call a CSO but none could or may take it: an officer goes. One reason per call."""

    kind: Literal["call_not_served"] = "call_not_served"
    reason: NotServedReason
    considered: tuple[Considered, ...]


class FollowUpScheduled(Happened):
    """Somebody is to come back to this."""

    kind: Literal["follow_up_scheduled"] = "follow_up_scheduled"
    unit: UnitId | None
    due_at: AwareDatetime


class CallLinked(Happened):
    """A call turned out to be about the same incident as another, or a related one."""

    kind: Literal["call_linked"] = "call_linked"
    other: CallId
    relation: Relation


class CallCleared(Happened):
    """The call is closed. `unit` is the CSO unit that closed it, None where CAD did."""

    kind: Literal["call_cleared"] = "call_cleared"
    disposition: Text | None
    final_call_type: Text | None
    unit: UnitId | None


class ReportUnreadable(Happened):
    """A report of this call could not be read: it is sworn, and counted as *could not be triaged*.

    `occurred_at` is the time of the last readable report before it, as the unreadable one cannot say.
    """

    kind: Literal["report_unreadable"] = "report_unreadable"
    source: Text
    line: int
    field: Text | None
    reason: Text
    fingerprint: Text


class PolicyAdopted(Value):
    """Decisions from here on were made with this policy, kept whole so that each can be recomputed."""

    kind: Literal["policy_adopted"] = "policy_adopted"
    occurred_at: AwareDatetime
    by: Actor
    digest: Text
    policy: Policy


class ModelAdopted(Value):
    """Assessments from here on were made with this model, kept whole so that each can be recomputed."""

    kind: Literal["model_adopted"] = "model_adopted"
    occurred_at: AwareDatetime
    by: Actor
    digest: Text
    model: Model


class DriftMeasured(Value):
    """The last `calls` calls beside those that the model was trained for: each watched feature's stability index.

    As long as `beyond`, the features whose index exceeds the model's limit, is not empty, the model abstains.
    """

    kind: Literal["drift_measured"] = "drift_measured"
    occurred_at: AwareDatetime
    by: Actor
    model: Text
    calls: int
    figures: Mapping[Slug, float]
    beyond: tuple[Slug, ...]


CallEvent = (
    CallReported
    | CallUpdated
    | CallTriaged
    | RouteOverridden
    | CallQueued
    | CallClaimed
    | CallReleased
    | UnitEnRoute
    | UnitOnScene
    | BackupRequested
    | CsoRecalled
    | CallHandedBack
    | ShiftEnding
    | CallNotServed
    | FollowUpScheduled
    | CallLinked
    | CallCleared
    | ReportUnreadable
)

AboutNoCall = PolicyAdopted | ModelAdopted | DriftMeasured
"""What is said of all calls at once."""

Event = CallEvent | AboutNoCall
