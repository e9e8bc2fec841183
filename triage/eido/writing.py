"""A call as an EIDO: the incident, the engine as an automated agent, its advice as a note, the CSO unit that has it.

The engine advises and dispatches nobody: a dispatch is written only where a CSO unit took the call, and by that unit.
"""

import html
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from triage.domain.events import Particulars
from triage.eido import registries
from triage.eido.identity import Names
from triage.eido.json_text import Tree
from triage.eido.models import (
    Reference,
    WrittenAgency,
    WrittenAgent,
    WrittenDispatch,
    WrittenEido,
    WrittenIncident,
    WrittenNote,
    WrittenResource,
)
from triage.eido.registries import Stage

VERSION: Final = "1.0"
OURS: Final = ("agencyComponent", "agentComponent", "notesComponent", "emergencyResourceComponent", "dispatchComponent")
"""The lists of components that we add to."""

_ISSUED: Final = (
    "lastUpdateTimeStamp",
    "updatedByAgencyReference",
    "updatedByAgentReference",
    "issuingElementIdentification",
)
"""What whoever issues a document says of itself and of when."""


class Standing(NamedTuple):
    """Where a call stands: what CAD says of it, what we advise, and the CSO unit that has it, if one does.

    `at` is when anything last happened to it, `told_at` when CAD last said anything new. `nature` is its canonical
    type, `languages` are those of the unit, as the facts name them; `advice` is plain text, line by line.
    """

    names: Names
    at: datetime
    told_at: datetime
    said: Particulars | None
    nature: str | None
    cleared: bool
    advice: str
    unit: str | None
    stage: Stage | None
    languages: tuple[str, ...]


def write(standing: Standing) -> dict[str, Any]:
    """A whole EIDO of the call, every value of a registry in that registry."""
    names = standing.names
    has_unit = standing.unit is not None and standing.stage is not None
    document = WrittenEido(
        id=names.incident,
        **_prologue(standing),
        eido_version=VERSION,
        issuing_element_identification=names.issuer,
        incident_component=_incident(standing),
        agency_component=(
            WrittenAgency(
                id=names.domain, **_prologue(standing), agency_role_description_registry_text=("Dispatching",)
            ),
        ),
        agent_component=tuple(_agents(standing)),
        notes_component=(_note(standing),),
        emergency_resource_component=(_resource(standing),) if has_unit else None,
        dispatch_component=(_dispatch(standing),) if has_unit else None,
    )
    return document.tree()


def onto(document: Tree, standing: Standing) -> dict[str, Any]:
    """`document`, an EIDO of this call, with our components in it.

    Ours from an earlier EIDO give way to those of now; everything else stays as it was, extensions too, but for who
    issues the document and when. That CAD said what it says no later than before stands in the incident component.
    """
    ours = write(standing)
    names = standing.names
    together = {**document, **{name: ours[name] for name in _ISSUED}}
    for name in OURS:
        theirs = document.get(name)
        components = _replaced(theirs, ours.get(name, []), names.engine)
        if components or theirs is not None:
            together[name] = components
    incident = document["incidentComponent"]
    (incident,) = incident if isinstance(incident, list) else [incident]
    together["incidentComponent"] = _referring(incident, names.component("advice"), document["lastUpdateTimeStamp"])
    return together


def _prologue(standing: Standing, at: datetime | None = None) -> dict[str, Any]:
    return {
        "last_update_time_stamp": (at or standing.at).astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "updated_by_agency_reference": Reference(ref=standing.names.domain),
        "updated_by_agent_reference": Reference(ref=standing.names.engine),
    }


def _incident(standing: Standing) -> WrittenIncident:
    said = standing.said
    call_type = None if said is None or said.call_type.startswith("APCO:") else said.call_type
    number = _common_priority(said.priority if said else None)
    return WrittenIncident(
        id=standing.names.component("incident"),
        **_prologue(standing, standing.told_at),
        internal_incident_id=standing.names.call_id,
        incident_type_common_registry_text=_common_type(standing),
        incident_type_internal_text=call_type,
        incident_status_common_registry_text=_statuses(standing),
        incident_priority_internal_text=said.priority if said and number is None else None,
        incident_common_priority_number=number,
        beat_or_dispatch_group_text=(said.beat or said.sector or said.precinct) if said else None,
        notes_reference=(Reference(ref=standing.names.component("advice")),),
    )


def _common_type(standing: Standing) -> str:
    """What CAD itself gave, else the canonical type; *unknown trouble* for what the registry has no word for."""
    said = standing.said.call_type.removeprefix("APCO:") if standing.said else None
    for code in (said, standing.nature):
        if code in registries.INCIDENT_TYPES:
            return code
    return registries.UNKNOWN_TROUBLE


def _common_priority(priority: str | None) -> int | None:
    digits = (priority or "").removeprefix("EIDO-")
    return int(digits) if priority and digits != priority and digits.isascii() and digits.isdigit() else None


def _statuses(standing: Standing) -> tuple[str, ...]:
    if standing.cleared:
        return (registries.CLOSED,)
    if standing.stage is None:
        return (registries.ACTIVE,)
    return (registries.ACTIVE, registries.INCIDENT_STATUS[standing.stage])


def _agents(standing: Standing) -> list[WrittenAgent]:
    names = standing.names
    ids = [names.engine, *([names.crew(standing.unit)] if standing.unit and standing.stage else [])]
    return [
        WrittenAgent(id=agent, **_prologue(standing), agency_reference=Reference(ref=names.domain)) for agent in ids
    ]


def _note(standing: Standing) -> WrittenNote:
    return WrittenNote(
        id=standing.names.component("advice"),
        **_prologue(standing),
        notes_action_comments=html.escape(standing.advice, quote=False).replace("\n", "<br>"),
        agent_reference=Reference(ref=standing.names.engine),
    )


def _resource(standing: Standing) -> WrittenResource:
    assert standing.unit is not None
    assert standing.stage is not None
    return WrittenResource(
        id=standing.names.unit(standing.unit),
        **_prologue(standing),
        emergency_resource_type_common_registry_text=registries.CSO,
        primary_unit_status_registry_text=registries.NOT_AVAILABLE,
        secondary_unit_status_registry_text=(registries.UNIT_STATUS[standing.stage],),
        resource_attribute_registry_text=tuple(
            registries.INTERPRETERS[language] for language in standing.languages if language in registries.INTERPRETERS
        ),
        agent_reference=(Reference(ref=standing.names.crew(standing.unit)),),
    )


def _dispatch(standing: Standing) -> WrittenDispatch:
    assert standing.unit is not None
    names = standing.names
    return WrittenDispatch(
        id=names.component("dispatch"),
        **_prologue(standing),
        agency_reference=Reference(ref=names.domain),
        agent_reference=Reference(ref=names.crew(standing.unit)),
        emergency_resource_reference=(Reference(ref=names.unit(standing.unit)),),
    )


def _replaced(theirs: Tree, ours: list[dict[str, Any]], engine: str) -> list[Tree]:
    """Their components, and ours of now in place of ours of before. What CAD itself says of a unit stays."""
    listed = [] if theirs is None else theirs if isinstance(theirs, list) else [theirs]
    new = {component["$id"]: component for component in ours}
    kept: list[Tree] = []
    for component in listed:
        if not _is_by(component, engine):
            new.pop(_id(component), None)
            kept.append(component)
        elif _id(component) in new:
            kept.append({**component, **new.pop(_id(component))})
    return [*kept, *new.values()]


def _is_by(component: Tree, engine: str) -> bool:
    reference = component.get("updatedByAgentReference") if isinstance(component, dict) else None
    return isinstance(reference, dict) and reference.get("$ref") == engine


def _id(component: Tree) -> str:
    found = component.get("$id") if isinstance(component, dict) else None
    return found if isinstance(found, str) else ""


def _referring(incident: Tree, note: str, told_at: Tree) -> Tree:
    """Their incident with a reference to our note, and with when CAD told of it, where only the document said that."""
    told = incident if incident.get("lastUpdateTimeStamp") else {**incident, "lastUpdateTimeStamp": told_at}
    references = incident.get("notesReference")
    listed = [] if references is None else references if isinstance(references, list) else [references]
    return told if {"$ref": note} in listed else {**told, "notesReference": [*listed, {"$ref": note}]}
