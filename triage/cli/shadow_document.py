"""What `triage shadow` says to programs."""

from triage.cli import clock
from triage.cli.shadow_figures import CONFIDENCE, Sent, Shadowed
from triage.outcomes import OUTCOMES, Outcome
from triage.projections.disagreement import Decided, Disagreement
from triage.projections.judged_call import Closing


def document(found: Shadowed) -> dict[str, object]:
    """The counts, shares with their intervals, the evidence, and the newest differences."""
    span, challenger = found.span, found.challenger
    return {
        "calls": 0 if span is None else span.calls,
        "first": None if span is None else clock.iso(span.first_at),
        "last": None if span is None else clock.iso(span.last_at),
        "differing": found.differing,
        "champion": {
            "policies": [] if span is None else list(span.policies),
            "models": [] if span is None else list(span.models),
        },
        "challenger": {"policy": challenger.desk.digest, "assessed_by": challenger.assessed_by},
        "routes": [routes._asdict() | {"calls": calls} for routes, calls in sorted(found.routes.items())],
        "sent_to_cso": [{"by": sender} | _sent(sent) for sender, sent in found.sent.items()],
        "evidence": found.evidence._asdict() | {"confidence": CONFIDENCE},
        "disagreements": [_disagreement(item, outcome) for item, outcome in found.newest],
    }


def _sent(sent: Sent) -> dict[str, object]:
    used = sent.used.model_dump()
    return {
        "calls": sent.calls,
        "open": sent.open,
        "closed_by_cso": sent.closed_by_cso,
        "outcomes": {name: sent.outcomes[name] for name in OUTCOMES},
        "authority_used": {"number": used.pop("number"), "decided": used.pop("of"), **used},
    }


def _disagreement(item: Disagreement, outcome: Outcome | None) -> dict[str, object]:
    return {
        "position": item.position,
        "call_id": item.call_id,
        "occurred_at": clock.iso(item.occurred_at),
        "champion": _decided(item.champion) | {"policy": item.policy},
        "challenger": _decided(item.challenger),
        "ended": _ended(item.closing),
        "outcome": outcome,
    }


def _decided(decided: Decided) -> dict[str, object]:
    said = decided.assessment
    return {
        "route": decided.route,
        "because": list(decided.because),
        "open_questions": list(decided.open_questions),
        "risk": said.risk,
        "ceiling": said.ceiling,
        "abstained": said.abstained,
    }


def _ended(closing: Closing | None) -> dict[str, object] | None:
    return None if closing is None else closing._asdict()
