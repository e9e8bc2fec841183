"""A model small enough to check by hand, for `tests.small_policy.SMALL_POLICY`: its table says all that it knows.

WELFARE, CDX, PARKING and MNTL have risks below the ceiling, ROBBERY far above it. RUNAWAY has too few calls, SUSP none,
and WELFARE at priority `emergency` too few. The only danger seen is `domestic` and `violence` of CDX, `weapon` of
ROBBERY. Every other value is stated in the terms: channel `text` and any beat but C1 to C3 were never seen.
"""

from typing import Any, Final

from tests.small_policy import SMALL_POLICY
from triage.classifiers.features import NOT_STATED, WEEKDAYS
from triage.domain.model import Model, Term

PRIORITIES: Final = ("low", "routine", "urgent", "emergency", NOT_STATED)
SUPPORT: Final = {"WELFARE": 400, "CDX": 300, "PARKING": 300, "MNTL": 200, "ROBBERY": 150, "RUNAWAY": 12}

TERMS: Final = (
    Term(
        features=("nature",),
        weights={"WELFARE": -0.5, "CDX": 0.25, "PARKING": -2.0, "MNTL": 0.5, "ROBBERY": 5.0, "RUNAWAY": 0.0},
    ),
    Term(features=("type",), weights={"WELFARE CHECK": -0.25, "DISPUTE": 0.125}),
    Term(
        features=("priority",),
        weights={"low": -0.5, "routine": 0.0, "urgent": 0.5, "emergency": 1.0, NOT_STATED: 0.0},
    ),
    Term(features=("channel",), weights={"911": 0.25, "phone": 0.0, "officer": 0.0, NOT_STATED: 0.0}),
    Term(
        features=("hours",),
        weights={"00-03": 0.5, "04-07": 0.0, "08-11": -0.25, "12-15": -0.25, "16-19": 0.0, "20-23": 0.25},
    ),
    Term(features=("beat",), weights={"C1": 0.25, "C2": 0.0, "C3": -0.25, NOT_STATED: 0.0}),
    Term(features=("nature", "hours"), weights={"CDX | 00-03": 0.5, "WELFARE | 08-11": -0.125}),
)

REFERENCE: Final = {
    "nature": {"WELFARE": 0.3, "CDX": 0.2, "PARKING": 0.2, "MNTL": 0.15, "ROBBERY": 0.1, "other": 0.05},
    "priority": {"emergency": 0.1, "urgent": 0.3, "routine": 0.4, NOT_STATED: 0.2},
    "channel": {"911": 0.6, "officer": 0.2, NOT_STATED: 0.2},
    "hours": {"00-03": 0.1, "04-07": 0.1, "08-11": 0.2, "12-15": 0.2, "16-19": 0.2, "20-23": 0.2},
    "weekday": {**dict.fromkeys(WEEKDAYS[:6], 0.14), WEEKDAYS[6]: 0.16},
    "beat": {"C1": 0.2, "C2": 0.2, "C3": 0.4, NOT_STATED: 0.2},
}


def model(**changes: Any) -> Model:
    """The small model with other values in some fields."""
    fields = {
        "name": "small",
        "agency": SMALL_POLICY.agency,
        "routing": SMALL_POLICY.routing_digest,
        "borrowed": False,
        "authority_limit": SMALL_POLICY.authority_limit,
        "intercept": -4.0,
        "terms": TERMS,
        "slope": 1.5,
        "offset": 0.25,
        "ceiling": 0.25,
        "support_min": 30,
        "combination_min": 5,
        "support": SUPPORT,
        "combined": ("nature", "priority"),
        "combinations": {
            f"{nature} | {priority}": 2 if (nature, priority) == ("WELFARE", "emergency") else 20
            for nature in SUPPORT
            for priority in PRIORITIES
        },
        "dangers": {"CDX": ("domestic", "violence"), "ROBBERY": ("weapon",)},
        "drift_window": 1000,
        "drift_limit": 0.25,
        "reference": REFERENCE,
    }
    return Model.model_validate({**fields, **changes})


SMALL_MODEL: Final = model()
