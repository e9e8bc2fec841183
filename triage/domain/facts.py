"""What can be known of a call: a typed, finite set of facts, each with its question and its order of danger."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, Literal, NamedTuple, get_args, get_origin

from pydantic import Field

from triage.domain.values import Nature, Value

FactValue = bool | str


def danger(question: str) -> Any:
    """A fact whose values stand in order of danger (for a yes-or-no fact: no, then yes), asked with `question`."""
    return Field(default=None, description=question, json_schema_extra={"ordered": True, "asked": True})


def context(question: str) -> Any:
    """A fact that says what a call is about, not how dangerous it is, asked with `question`."""
    return Field(default=None, description=question, json_schema_extra={"ordered": False, "asked": True})


def given(meaning: str, *, ordered: bool) -> Any:
    """A fact that CAD or the call-type table gives and that nobody asks a caller."""
    return Field(default=None, description=meaning, json_schema_extra={"ordered": ordered, "asked": False})


class Facts(Value):
    """What is known of a call. `None` means *nobody asked*; it never means no.

    The order of the fields is the order in which a call-taker asks when two questions settle equally much: danger to
    life first, after the scene-safety-first order of emergency protocols.
    """

    weapon: bool | None = danger("Has a weapon been seen, used or threatened?")
    violence: bool | None = danger("Is anyone violent, fighting or threatening to hurt somebody?")
    medical_emergency: bool | None = danger("Is anyone hurt, or is this a medical emergency?")
    suicide: Literal["none", "ideation", "attempt"] | None = danger(
        "Is anyone thinking of suicide, or attempting it now?"
    )
    child_in_danger: bool | None = danger("Is a child missing or in danger?")
    domestic: Literal["none", "verbal", "contact"] | None = danger(
        "Is this between partners or family, and has it gone beyond words?"
    )
    order_violation: bool | None = danger("Is somebody breaking a court order?")
    barricaded: bool | None = danger("Is somebody shut in, or refusing to come out of locked premises?")
    crime_in_progress: bool | None = danger("Is a crime happening now, or did it just happen?")
    suspect_on_scene: bool | None = danger("Is a suspect there, or close by, who may have to be arrested?")
    nature_unknown: bool | None = danger("Is it still unclear what is happening there?")
    unsafe_approach: bool | None = danger("Is there anything that makes it unsafe to walk up to the place?")
    police_requested: bool | None = danger("Does the caller want a police officer?")
    hazard_flag: bool | None = given("Whether CAD holds a hazard flag for the premises or the person", ordered=True)
    behavioral_crisis: bool | None = context("Is somebody in a mental-health or emotional crisis?")
    intoxicated: bool | None = context("Is somebody intoxicated by alcohol or drugs?")
    juvenile: bool | None = context("Is the person that this is about under 18?")
    dispute: Literal["none", "neighbour", "landlord_tenant", "family", "other"] | None = context(
        "Is this a dispute, and between whom?"
    )
    need: Literal["none", "shelter", "food", "transport", "services"] | None = context(
        "Does somebody need shelter, food, transport or other services?"
    )
    follow_up: bool | None = context("Is this a follow-up to something already handled?")
    language: (
        Literal[
            "english",
            "spanish",
            "somali",
            "vietnamese",
            "amharic",
            "tigrinya",
            "oromo",
            "chinese",
            "tagalog",
            "korean",
            "asl",
        ]
        | None
    ) = context("Which language does the person need?")
    nature: Nature | None = given(
        "The canonical type of the call (APCO ANS 2.103.2, or X- where none fits)", ordered=False
    )
    severity: Literal["minor", "moderate", "serious", "grave"] | None = given(
        "How bad the credible worst case of this call type is", ordered=True
    )
    likelihood: Literal["remote", "unlikely", "possible", "likely"] | None = given(
        "How likely the credible worst case of this call type is", ordered=True
    )
    priority: Literal["low", "routine", "urgent", "emergency"] | None = given(
        "CAD's priority, on our scale", ordered=True
    )
    channel: Literal["911", "phone", "text", "alarm", "in_person", "officer", "scheduled", "other"] | None = given(
        "How the call reached the agency", ordered=False
    )

    def __eq__(self, other: object) -> bool:
        """Equal by content; plain dictionaries, as facts are compared several times for every call."""
        return isinstance(other, Facts) and self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        """By content, as equality is."""
        return hash(frozenset(self.__dict__.items()))


class FactSpec(NamedTuple):
    """One fact: its values in order (of danger, where `ordered`), its question, and whether a caller is asked."""

    name: str
    values: tuple[FactValue, ...]
    ordered: bool
    asked: bool
    question: str

    def rank(self, value: FactValue) -> int:
        """How dangerous `value` is beside the fact's other values; 0 is the safest."""
        return self.values.index(value)


def _spec(name: str) -> FactSpec:
    field = Facts.model_fields[name]
    values: tuple[FactValue, ...] = ()
    for option in get_args(field.annotation):
        if option is bool:
            values = (False, True)
        elif get_origin(option) is Literal:
            values = get_args(option)
    extra = field.json_schema_extra
    assert isinstance(extra, dict)
    return FactSpec(name, values, bool(extra["ordered"]), bool(extra["asked"]), field.description or "")


FACTS: Final[Mapping[str, FactSpec]] = MappingProxyType({name: _spec(name) for name in Facts.model_fields})
"""Every fact by name, in the order of `Facts`. `nature` has no values of its own: they are the agency's call types'."""

DANGERS: Final[tuple[str, ...]] = tuple(name for name, spec in FACTS.items() if spec.ordered)
"""The facts whose values stand in order of danger."""
