"""The parts of an EIDO that we read, as views on a document, and those that we write.

Our own models, from the field names of NENA-STA-021.1b; no text of the standard is copied. A view says nothing of the
members that it does not name: the document itself (`json_text.Tree`) keeps those, and gives them back unchanged.
Reading is lenient: whatever we do not need may be missing, and one component may stand where a list of them belongs.
What we need but cannot take is refused by its name, never with its content.
"""

from typing import Annotated, Any, Final, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from triage.domain.values import Value

PARTS_MAX: Final = 10_000
"""How many components of one kind a document may hold."""

Part = TypeVar("Part")


def _as_list(value: object) -> object:
    return [] if value is None else value if isinstance(value, list) else [value]


def _as_one(value: object) -> object:
    """The one incident of a document: some systems write a list of one."""
    if not isinstance(value, list):
        return value
    if len(value) > 1:
        raise PydanticCustomError("two_incidents", "more than one incident in a document")
    return value[0] if value else None


Many = Annotated[list[Part], BeforeValidator(_as_list), Field(max_length=PARTS_MAX)]


class View(BaseModel):
    """A part of a document as it came: members of other systems may stand beside those that are named here."""

    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel)


class Disposition(View):
    """How an incident ended; APCO's code, and the agency's own words for it."""

    disposition_common_registry_code: str | None = None
    disposition_description_text: str | None = None
    disposition_primary_indicator: Any = None


class Incident(View):
    """What an incident is, by the registry and in the agency's own words."""

    last_update_time_stamp: Any = None
    internal_incident_id: str | None = None
    incident_type_common_registry_text: str | None = None
    incident_type_internal_text: str | None = None
    incident_type_internal_code: str | None = None
    incident_status_common_registry_text: Many[str] = []
    incident_priority_internal_text: str | None = None
    incident_common_priority_number: str | None = None
    beat_or_dispatch_group_text: str | None = None
    disposition_component: Many[Disposition] = []


class PhoneCall(View):
    """One call to the agency, in or out."""

    standard_primary_call_type: str | None = None
    direction: str | None = None


class Note(View):
    """What somebody wrote about the incident, as HTML."""

    notes_action_comments: str | None = None
    agent_reference: Any = None
    updated_by_agent_reference: Any = None


class Person(View):
    """A person, as NIEM has it: of this only the language is looked at."""

    nc_person_component: Any = None


class Link(View):
    """Another incident that this one has to do with."""

    incident_tracking_identifier: str | None = None
    link_direction_code: str | None = None


class Merge(View):
    """Another incident that this one was merged with or split from."""

    incident_tracking_identifier: str | None = None
    incident_merge_direction_code: str | None = None


class Eido(View):
    """The state of one incident at one time."""

    id: Annotated[str | None, Field(alias="$id")] = None
    last_update_time_stamp: str
    updated_by_agent_reference: Any = None
    incident_component: Annotated[Incident, BeforeValidator(_as_one)]
    call_component: Many[PhoneCall] = []
    notes_component: Many[Note] = []
    caution_component: Many[dict[str, Any]] = []
    person_component: Many[Person] = []
    link_component: Many[Link] = []
    merge_component: Many[Merge] = []


class Written(Value):
    """A part that we write: every member has its place here, and nothing is written that is not said."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)

    def tree(self) -> dict[str, Any]:
        """The part as JSON."""
        return self.model_dump(by_alias=True, exclude_none=True, mode="json")


class Reference(Written):
    """Points to a component by its id."""

    ref: Annotated[str, Field(alias="$ref")]


class Component(Written):
    """What every component begins with; its id stays the same in all EIDOs of an incident."""

    id: Annotated[str, Field(alias="$id")]
    last_update_time_stamp: str
    updated_by_agency_reference: Reference
    updated_by_agent_reference: Reference


class WrittenIncident(Component):
    """The incident, with the status that follows from where the call is."""

    internal_incident_id: str
    incident_type_common_registry_text: str
    incident_type_internal_text: str | None
    incident_status_common_registry_text: tuple[str, ...]
    incident_priority_internal_text: str | None
    incident_common_priority_number: int | None
    beat_or_dispatch_group_text: str | None
    notes_reference: tuple[Reference, ...]


class WrittenAgency(Component):
    """The agency that runs the engine."""

    agency_role_description_registry_text: tuple[str, ...]


class WrittenAgent(Component):
    """The engine, an automated agent, or a CSO unit that acts for itself."""

    agency_reference: Reference


class WrittenNote(Component):
    """What the engine advises, and why."""

    notes_action_comments: str
    agent_reference: Reference


class WrittenResource(Component):
    """A CSO unit that has the call."""

    emergency_resource_type_common_registry_text: str
    primary_unit_status_registry_text: str
    secondary_unit_status_registry_text: tuple[str, ...]
    resource_attribute_registry_text: tuple[str, ...]
    agent_reference: tuple[Reference, ...]


class WrittenDispatch(Component):
    """That a CSO unit took the call."""

    agency_reference: Reference
    agent_reference: Reference
    emergency_resource_reference: tuple[Reference, ...]


class WrittenEido(Component):
    """A whole document."""

    eido_version: str
    issuing_element_identification: str
    incident_component: WrittenIncident
    agency_component: tuple[WrittenAgency, ...]
    agent_component: tuple[WrittenAgent, ...]
    notes_component: tuple[WrittenNote, ...]
    emergency_resource_component: tuple[WrittenResource, ...] | None
    dispatch_component: tuple[WrittenDispatch, ...] | None
