"""An agency's policy as data: rules, call types, cues, roster and settings, versioned together by one digest."""

import hashlib
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints

from triage.domain.facts import Facts, FactValue
from triage.domain.roster import Roster
from triage.domain.values import Nature, Programme, Slug, Text, Value

Effect = Literal["require_sworn", "allow_cso", "allow_co_response", "route_to"]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=600)]


class Rule(Value):
    """One row of agency policy. The lines of `when` are ANDed; the values of one line are alternatives."""

    id: Slug
    effect: Effect
    when: Annotated[Mapping[str, tuple[FactValue, ...]], Field(min_length=1)]
    because: Reason
    source: Reason
    programme: Programme | None = None
    wait_minutes: Annotated[int, Field(ge=0, le=7 * 24 * 60)] | None = None
    two_together: bool = False
    vehicle: bool = False
    agency: Slug | None = None
    notify: Slug | None = None


class CallType(Value):
    """What an agency's call type presumes: its canonical nature, facts, and the credible worst case."""

    name: Text
    canonical: Nature
    presumes: Facts


class Cue(Value):
    """Words in a narrative that raise a fact to a value, unless they are negated."""

    id: Slug
    fact: str
    value: FactValue
    words: Annotated[tuple[Text, ...], Field(min_length=1)]


class Disposition(Value):
    """How a call may be closed; `cso` says whether a CSO unit may close a call so (an arrest, never)."""

    code: Text
    description: Text
    cso: bool


class Policy(Value):
    """All that a decision reads beside the call itself.

    `authority_limit` is the share of the calls sent to a CSO that may end with sworn authority used: what a model's
    ceiling is chosen for.
    """

    agency: Text
    time_zone: Text
    classifier: Literal["none", "required"]
    authority_limit: Annotated[float, Field(gt=0, le=1)]
    rules: tuple[Rule, ...]
    call_types: tuple[CallType, ...]
    cues: tuple[Cue, ...]
    negations: tuple[Text, ...]
    priorities: Mapping[str, str]
    channels: Mapping[str, str]
    override_reasons: Mapping[str, Text]
    dispositions: tuple[Disposition, ...]
    roster: Roster

    @cached_property
    def digest(self) -> str:
        """16 hexadecimal digits of the SHA-256 of the policy as canonical JSON: every field that a decision reads."""
        return _digest(self.model_dump_json())

    @cached_property
    def routing_digest(self) -> str:
        """As `digest`, of those parts alone that the rules' route of a call depends on: not roster, nor dispositions.

        Which calls the rules would give to a CSO is what a model's ceiling was chosen for.
        """
        return _digest(self.model_dump_json(include=_ROUTING))


_ROUTING: Final = {"rules", "call_types", "cues", "negations", "priorities", "channels"}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
