"""What a classifier may know of a call: only what is known before anybody is dispatched."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final, NamedTuple, Self
from zoneinfo import ZoneInfo

from triage.domain.call_types import normalised
from triage.domain.errors import TriageError, nearest
from triage.domain.events import Particulars
from triage.domain.facts import FACTS, FactValue

NOT_STATED: Final = "not stated"
"""The value of a feature that nobody stated."""

HOURS_OF_BAND: Final = 4
WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class CallToAssess(NamedTuple):
    """A call as a classifier sees it: facts by name (None: unknown), CAD's own words, when it was first reported.

    `reported_at` is aware; its hour and weekday are read as it stands, so it is in the agency's time zone: `of` sees to
    that.
    """

    facts: Mapping[str, FactValue | None]
    said: Particulars
    reported_at: datetime

    @classmethod
    def of(
        cls, facts: Mapping[str, FactValue | None], said: Particulars, reported_at: datetime, zone: ZoneInfo
    ) -> Self:
        """The call, with its time as the agency's clocks show it."""
        return cls(facts, said, reported_at.astimezone(zone))


Read = Callable[[CallToAssess], str]


class FeatureError(TriageError):
    """A feature that there is not, or that may never be one."""

    def __init__(self, message: str, name: str) -> None:
        super().__init__(message)
        self.name = name


def _fact(name: str) -> Read:
    def read(call: CallToAssess) -> str:
        value = call.facts.get(name)
        if value is None:
            return NOT_STATED
        if value is True:
            return "yes"
        return "no" if value is False else str(value)

    return read


def _band(call: CallToAssess) -> str:
    """The part of the day, `00-03` to `20-23`."""
    first = call.reported_at.hour // HOURS_OF_BAND * HOURS_OF_BAND
    return f"{first:02}-{first + HOURS_OF_BAND - 1:02}"


def _stated(text: str | None) -> str:
    return NOT_STATED if text is None else text.upper()


_JUDGED: Final = ("nature", "severity", "likelihood", "priority", "channel")

FEATURES: Final[Mapping[str, Read]] = MappingProxyType(
    {
        **{name: _fact(name) for name in _JUDGED},
        "type": lambda call: normalised(call.said.call_type),
        "hours": _band,
        "weekday": lambda call: WEEKDAYS[call.reported_at.weekday()],
        "beat": lambda call: _stated(call.said.beat),
        **{name: _fact(name) for name in FACTS if name not in _JUDGED},
    }
)
"""Every feature by name, and how it is read from a call. A fact is a feature of its own name; `type` is the agency's
own call type as names are compared, `hours` the part of the day, `nature` the canonical type."""

OUTCOMES: Final[Mapping[str, str]] = MappingProxyType(
    dict.fromkeys(
        (
            "final_call_type",
            "final_type",
            "disposition",
            "clearance",
            "outcome",
            "authority_used",
            "arrest",
            "cleared_at",
            "closing",
            "unit",
            "responder",
            "arrived_at",
        ),
        "is known only after somebody went",
    )
)
"""Names of outcomes: never features, whoever asks for them."""


def check_features(names: Iterable[str]) -> tuple[str, ...]:
    """`names` as they are. Raises `FeatureError` for an outcome, and for a name that is none, with the nearest."""
    found = tuple(names)
    for name in found:
        if name in OUTCOMES:
            raise FeatureError(f"`{name[:60]}` {OUTCOMES[name]}: it can never be a feature", name)
        if name not in FEATURES:
            near = nearest(name, [*FEATURES, *OUTCOMES])
            if near is not None and near in OUTCOMES:
                raise FeatureError(f"`{name[:60]}` looks like `{near}`, which {OUTCOMES[near]}: never a feature", name)
            hint = f"did you mean `{near}`? " if near else ""
            raise FeatureError(f"no feature `{name[:60]}`; {hint}valid: {', '.join(FEATURES)}", name)
    return found
