"""Ids: which call a document is about, and what our own components are called.

Our ids follow from the call's id and the agency's domain name, so that they are the same in every EIDO of an incident.
"""

import re
from typing import Final, NamedTuple, get_args

from triage.domain.values import CallId
from triage.eido.json_text import Tree

ENGINE: Final = "triage-engine"
_CALL_ID: Final = re.compile(get_args(CallId)[1].pattern)
_URN: Final = re.compile(r"urn:emergency:uid:incidentid:(?P<unique>.+):[^:]+")


def is_call_id(text: object) -> bool:
    """Whether `text` can be a call's id here."""
    return isinstance(text, str) and _CALL_ID.fullmatch(text) is not None


def unique_part(urn: object) -> str | None:
    """What an incident's urn adds for itself, or an id that is no urn; None where that cannot be a call's id."""
    if not isinstance(urn, str):
        return None
    found = _URN.fullmatch(urn.strip())
    text = found["unique"] if found else urn.strip()
    return text if is_call_id(text) else None


def call_id_of(document: Tree) -> str | None:
    """The call that a document is about, however broken the rest of it is.

    CAD's own number if it can be a call's id, else the unique part of the document's urn.
    """
    if not isinstance(document, dict):
        return None
    incident = document.get("incidentComponent")
    if isinstance(incident, list) and len(incident) == 1:
        incident = incident[0]
    number = incident.get("internalIncidentId") if isinstance(incident, dict) else None
    if isinstance(number, str) and is_call_id(number.strip()):
        return str(number.strip())
    return unique_part(document.get("$id"))


def is_engine(reference: object) -> bool:
    """Whether a reference points to a triage engine, ours or another agency's."""
    target = reference.get("$ref") if isinstance(reference, dict) else reference
    return isinstance(target, str) and target.startswith(f"{ENGINE}@")


class Names(NamedTuple):
    """The ids of our components in the EIDOs of one call, for an agency with the domain name `domain`."""

    domain: str
    call_id: str

    @property
    def incident(self) -> str:
        """The incident's own id, where no document brought one."""
        return f"urn:emergency:uid:incidentid:{self.call_id}:{self.domain}"

    @property
    def engine(self) -> str:
        """The engine, as an agent."""
        return f"{ENGINE}@{self.domain}"

    @property
    def issuer(self) -> str:
        """The element that issues the document."""
        return f"triage.{self.domain}"

    def component(self, what: str) -> str:
        """A component of this call: its note, its dispatch, its incident component."""
        return f"urn:emergency:uid:eidodatacomponent:triage-{what}-{self.call_id}:{self.domain}"

    def unit(self, unit: str) -> str:
        """A CSO unit, as a resource."""
        return f"{unit}@{self.domain}"

    def crew(self, unit: str) -> str:
        """A CSO unit, as an agent: a call sign, never a person."""
        return f"crew.{unit}@{self.domain}"
