"""A policy small enough to hold in one's head: two units in one precinct, a handful of rules and call types."""

from datetime import time

from triage.domain.facts import Facts
from triage.domain.policy import CallType, Cue, Disposition, Policy, Rule
from triage.domain.roster import Roster, Shift, Supervisor, Unit

NO_DANGER = Facts(
    weapon=False,
    violence=False,
    medical_emergency=False,
    suicide="none",
    domestic="none",
    severity="minor",
    likelihood="unlikely",
)


def rule(rule_id: str, effect: str, **fields: object) -> Rule:
    """A rule with a reason and a source."""
    return Rule.model_validate(
        {"id": rule_id, "effect": effect, "because": "a reason", "source": "assumption", **fields}
    )


RULES = (
    rule("weapon", "require_sworn", when={"weapon": (True,)}),
    rule("violence", "require_sworn", when={"violence": (True,)}),
    rule("hurt", "require_sworn", when={"medical_emergency": (True,)}, notify="seattle_fire"),
    rule("suicide-attempt", "require_sworn", when={"suicide": ("attempt",)}),
    rule("emergency", "require_sworn", when={"priority": ("emergency",)}),
    rule("grave", "require_sworn", when={"severity": ("grave",)}),
    rule(
        "together-in-crisis",
        "allow_co_response",
        when={"nature": ("MNTL",)},
        programme="navigation",
        wait_minutes=30,
        two_together=True,
    ),
    rule("parking-enforcement", "route_to", when={"nature": ("PARKING",)}, agency="parking_enforcement"),
    rule("welfare", "allow_cso", when={"nature": ("WELFARE",)}, programme="navigation", wait_minutes=60),
    rule(
        "calm-dispute",
        "allow_cso",
        when={"nature": ("CDX",), "domestic": ("none", "verbal")},
        programme="community",
        wait_minutes=120,
    ),
    rule("runaway", "allow_cso", when={"nature": ("RUNAWAY",)}, programme="youth", wait_minutes=60, vehicle=True),
)


def call_type(name: str, canonical: str, presumes: Facts = NO_DANGER, **more: object) -> CallType:
    """A call type that presumes no danger, but for `more`."""
    facts = presumes.model_copy(update={"nature": canonical, **more})
    return CallType(name=name, canonical=canonical, presumes=facts)


CALL_TYPES = (
    call_type("WELFARE CHECK", "WELFARE"),
    call_type("DISPUTE", "CDX", domestic=None, violence=None),
    call_type("PARKING", "PARKING"),
    call_type("PERSON IN CRISIS", "MNTL"),
    call_type("RUNAWAY", "RUNAWAY"),
    call_type("ROBBERY", "ROBBERY", weapon=True),
    call_type("SUSPICIOUS", "SUSP", weapon=None, violence=None),
)

EARLY = Shift(
    id="early", days=("monday", "tuesday", "wednesday", "thursday", "friday"), start=time(10, 30), end=time(19)
)
LATE = Shift(
    id="late", days=("tuesday", "wednesday", "thursday", "friday", "saturday"), start=time(12), end=time(20, 30)
)


def unit(unit_id: str, shift: str, **fields: object) -> Unit:
    """A unit of precinct EAST that can do everything."""
    standard = {
        "programmes": ("navigation", "youth", "community"),
        "areas": ("EAST", "C3"),
        "languages": ("english",),
        "mode": "vehicle",
        "partner": None,
        "capacity": 2,
    }
    return Unit.model_validate({"id": unit_id, "shift": shift, **standard, **fields})


ROSTER = Roster(
    time_zone="America/Los_Angeles",
    warn_minutes=30,
    shifts=(EARLY, LATE),
    units=(
        unit("CSO-1", "early", partner="CSO-2", languages=("english", "somali")),
        unit("CSO-2", "late", partner="CSO-1"),
        unit("CSO-3", "early", areas=("WEST",), mode="foot"),
    ),
    supervisors=(Supervisor(id="SUP-1", shift="early"),),
)

SMALL_POLICY = Policy(
    agency="Smallville Police",
    time_zone="America/Los_Angeles",
    classifier="none",
    authority_limit=0.01,
    rules=RULES,
    call_types=CALL_TYPES,
    cues=(
        Cue(id="knife", fact="weapon", value=True, words=("knife",)),
        Cue(id="bleeding", fact="medical_emergency", value=True, words=("bleeding",)),
    ),
    negations=("no", "not", "denies"),
    priorities={"1": "emergency", "2": "urgent", "3": "routine"},
    channels={"911": "911", "ONVIEW": "officer"},
    override_reasons={
        "supervisor-judgement": "A supervisor decided otherwise",
        "officer-on-scene": "An officer on scene hands it over",
    },
    dispositions=(
        Disposition(code="SETTLED", description="Settled by contact", cso=True),
        Disposition(code="ARREST", description="Arrest made", cso=False),
    ),
    roster=ROSTER,
)
