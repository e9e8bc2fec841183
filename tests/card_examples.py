"""Cards as training writes them: one with a ceiling, one that found none, one borrowed; all figures are made up."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from triage.domain.values import Route
from triage.training.card import (
    Card,
    Certificate,
    Compared,
    Coverage,
    Cut,
    Error,
    FileRead,
    Loss,
    Part,
    PartName,
    Performance,
    Period,
    Reliability,
    Source,
    Tested,
)
from triage.training.metrics import exact as of

START: Final = datetime(2022, 1, 1, tzinfo=UTC)
AGENCY: Final = "Smallville Police"
DIGEST: Final = "0123456789abcdef" * 4
SHA: Final = "ab12" * 16
SEEN: Final = ("nature", "type", "priority", "channel", "hours", "beat")


def source(agency: str = AGENCY, **changes: Any) -> Source:
    """What was read of one agency."""
    outcomes = {"authority_used": 1_930, "no_authority_used": 15_170, "no_contact": 9_050, "undetermined": 37_850}
    fields: dict[str, Any] = {
        "agency": agency,
        "own": True,
        "learnt": True,
        "files": (FileRead(name="calls_2022.csv.gz", sha256=SHA, rows=71_204),),
        "first": START,
        "last": START + timedelta(days=364),
        "calls": 64_000,
        "outcomes": outcomes,
    }
    return Source(**(fields | changes))


def parts(agency: str = AGENCY, first: datetime = START) -> tuple[Part, ...]:
    """A quarter to train, 60 % to calibrate, the rest to test."""
    cut: tuple[tuple[PartName, int, int, int, int, int, int, int], ...] = (
        ("train", 0, 91, 16_000, 4_300, 490, 310, 4),
        ("calibrate", 91, 310, 38_400, 10_250, 1_160, 742, 6),
        ("test", 310, 364, 9_600, 2_550, 280, 181, 1),
    )
    return tuple(
        Part(
            agency=agency,
            name=name,
            first=first + timedelta(days=begin),
            last=first + timedelta(days=end, seconds=-1),
            calls=calls,
            decided=decided,
            authority_used=used,
            sent=sent,
            sent_authority_used=sent_used,
        )
        for name, begin, end, calls, decided, used, sent, sent_used in cut
    )


COMPARED: Final = tuple(
    Compared(
        name=name, words=words, log_loss=loss, brier=brier, behind=behind, noise=noise, folds=4, calls=3_440,
        chosen=name == "hierarchy",
    )
    for name, words, loss, brier, behind, noise in (
        ("type_rates", "a rate for each own type, shrunk to the rate of all", 0.2731, 0.0792, 0.0082, 0.0021),
        ("hierarchy", "canonical types, from which own types deviate", 0.2658, 0.0774, 0.0009, 0.0011),
        ("circumstances", "the same, and channel, hours, weekday and beat", 0.2649, 0.0771, 0.0, 0.0),
        ("boosting", "gradient boosting, to compare with only", 0.2667, 0.0777, 0.0018, 0.0019),
    )
)  # fmt: skip

TESTED: Final = tuple(
    Tested(ceiling=ceiling, calls=calls, authority_used=used, p_value=p_value, satisfied=p_value <= 0.05)
    for ceiling, calls, used, p_value in (
        (0.014, 340, 0, 0.0328),
        (0.018, 402, 0, 0.0176),
        (0.022, 488, 1, 0.0440),
        (0.026, 520, 1, 0.0337),
        (0.031, 566, 2, 0.0762),
    )
)

CERTIFICATE: Final = Certificate(
    limit=0.01,
    confidence=0.95,
    method="Learn-then-Test (Angelopoulos and others 2021), exact binomial, split fixed sequence.",
    agencies=(AGENCY,),
    tested=TESTED,
    ceiling=0.026,
    calls=520,
    authority_used=1,
    bound=0.00909,
    needed=299,
)

RELIABILITY: Final = tuple(
    Reliability(low=low, high=high, mean_risk=risk, used=of(used, calls))
    for low, high, risk, used, calls in (
        (0.004, 0.02, 0.013, 4, 320),
        (0.02, 0.05, 0.034, 9, 319),
        (0.05, 0.09, 0.071, 25, 318),
        (0.09, 0.15, 0.118, 34, 318),
        (0.15, 0.24, 0.186, 62, 319),
        (0.24, 0.52, 0.331, 101, 318),
    )
)

COVERAGE: Final = tuple(
    Coverage(ceiling=ceiling, sent=of(sent, 668), used=of(used, decided))
    for ceiling, sent, used, decided in (
        (0.010, 60, 0, 16),
        (0.014, 211, 0, 58),
        (0.018, 300, 0, 80),
        (0.026, 402, 1, 111),
        (0.040, 511, 1, 140),
        (0.080, 603, 3, 166),
        (0.200, 668, 5, 181),
    )
)

CUTS: Final = {
    "beat": (
        Cut(value="C1", calls=4_120, sent_by_rules=310, sent=190, used=of(121, 1_094)),
        Cut(value="C2", calls=3_300, sent_by_rules=214, sent=140, used=of(88, 877)),
        Cut(value="C3", calls=2_149, sent_by_rules=139, sent=70, used=of(70, 570)),
        Cut(value="C7", calls=None, sent_by_rules=None, sent=None, used=None),
        Cut(value="C9", calls=None, sent_by_rules=None, sent=None, used=None),
    ),
    "hours": tuple(
        Cut(value=hours, calls=calls, sent_by_rules=by_rules, sent=sent, used=of(used, decided))
        for hours, calls, by_rules, sent, used, decided in (
            ("00-03", 1_100, 70, 31, 48, 292),
            ("04-07", 800, 61, 40, 20, 212),
            ("08-11", 1_900, 144, 101, 41, 505),
            ("12-15", 2_200, 151, 99, 60, 585),
            ("16-19", 2_100, 140, 80, 63, 558),
            ("20-23", 1_500, 102, 51, 48, 398),
        )
    ),
    "channel": (
        Cut(value="911", calls=6_400, sent_by_rules=400, sent=230, used=of(213, 1_700)),
        Cut(value="phone", calls=3_200, sent_by_rules=268, sent=172, used=of(67, 850)),
    ),
}


def periods(number: int = 8, days: int = 30) -> tuple[Period, ...]:
    """Routes over time, with a growing share of CSOs."""
    made = []
    for place in range(number):
        routes: dict[Route, int] = {
            "sworn": 1_000 - 7 * place, "co_response": 90, "cso": 30 + 9 * place, "other_agency": 40,
        }  # fmt: skip
        made.append(Period(start=START + timedelta(days=310 + days * place), routes=routes))
    return tuple(made)


PERFORMANCE: Final = Performance(
    calls=9_600,
    decided=2_550,
    sent_by_rules=of(668, 9_600),
    sent=of(402, 9_600),
    used_by_rules=of(5, 181),
    used=of(1, 111),
    abstained={
        "too few calls of this type: training saw 12 of RUNAWAY, 30 are needed": 40,
        "too few calls of this type: training saw 0 of SUSP, 30 are needed": 21,
        "danger never seen with this type: weapon (yes) came with 0 of NOISE": 12,
    },
    withheld=193,
    opinions=1_912,
    calibration_error=Error(value=0.0121, low=0.0093, high=0.0214),
    brier=Loss(model=0.0771, type_rates=0.0789, one_rate=0.0974),
    log_loss=Loss(model=0.2644, type_rates=0.2722, one_rate=0.3467),
    reliability=RELIABILITY,
    coverage=COVERAGE,
    cuts=CUTS,
    periods=periods(),
)

CARD: Final = Card(
    trained_by="triage 0.1.0, scikit-learn 1.9.1",
    caveats=(
        "59% of the calls are undetermined and left out: nothing is known of authority in these.",
        "Every outcome followed a sworn response: no figure says what a CSO would have achieved.",
    ),
    sources=(source(),),
    parts=parts(),
    features=SEEN,
    compared=COMPARED,
    certificate=CERTIFICATE,
    test=PERFORMANCE,
    one_rate=0.114,
    type_rates={"WELFARE CHECK": 0.08, "NOISE": 0.02},
)

WITHHELD: Final = "no ceiling satisfied the limit of 1 %: every CSO is withheld"

NO_CEILING: Final = CARD.model_copy(
    update={
        "caveats": ("No ceiling satisfied the limit of 1 %: every CSO is withheld.", *CARD.caveats),
        "certificate": CERTIFICATE.model_copy(
            update={
                "tested": (Tested(ceiling=0.014, calls=240, authority_used=0, p_value=0.0896, satisfied=False),),
                "ceiling": None,
                "calls": 0,
                "authority_used": 0,
                "bound": None,
            }
        ),
        "test": PERFORMANCE.model_copy(
            update={"sent": of(0, 9_600), "used": of(0, 0), "withheld": 0, "abstained": {WITHHELD: 668}}
        ),
    }
)

BORROWED: Final = CARD.model_copy(
    update={
        "caveats": (
            "Borrowed: no outcome of Smallville Police is in it. The ceiling rests on other agencies' calls.",
            *CARD.caveats,
        ),
        "sources": (
            source(learnt=False),
            source("Metropolis Police", own=False, files=(FileRead(name="metro.csv", sha256="cd34" * 16, rows=9),)),
            source("Gotham City Police", own=False, files=(FileRead(name="gotham.csv", sha256="ef56" * 16, rows=9),)),
        ),
        "parts": (*parts("Metropolis Police"), *parts("Gotham City Police")),
        "certificate": CERTIFICATE.model_copy(update={"agencies": ("Metropolis Police", "Gotham City Police")}),
    }
)

NOTHING_SENT: Final = PERFORMANCE.model_copy(
    update={
        "sent_by_rules": of(0, 9_600),
        "sent": of(0, 9_600),
        "used_by_rules": of(0, 0),
        "used": of(0, 0),
        "abstained": {},
        "withheld": 0,
        "opinions": 0,
        "calibration_error": Error(value=None, low=None, high=None),
        "brier": Loss(model=None, type_rates=None, one_rate=None),
        "log_loss": Loss(model=None, type_rates=None, one_rate=None),
        "reliability": (),
        "coverage": (),
        "cuts": {},
        "periods": (),
    }
)
"""Figures of calls of which the rules send none to a CSO and on which the model has no opinion."""
