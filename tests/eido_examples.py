"""EIDOs as CAD systems send them, for the tests of `triage.eido` and of everything that takes one."""

import json
from typing import Any, Final

URN: Final = "urn:emergency:uid:incidentid:a56e556d871:police.example.org"
TOLD_AT: Final = "2023-07-10T20:00:00Z"
"""One o'clock in the afternoon at the small agency, on a Monday."""


def incident(**members: Any) -> dict[str, Any]:
    """An incident component of a noise complaint, with these members; one that is None is left out."""
    standard = {
        "$id": "urn:emergency:uid:eidodatacomponent:1:police.example.org",
        "incidentTypeCommonRegistryText": "NOISE",
        "incidentTypeInternalText": "NOISE",
        "incidentStatusCommonRegistryText": ["Active"],
        "internalIncidentId": "A1",
        "incidentPriorityInternalText": "3",
        "beatOrDispatchGroupText": "NORTH",
    }
    return {name: value for name, value in {**standard, **members}.items() if value is not None}


def document(told_at: str = TOLD_AT, *, parts: dict[str, Any] | None = None, **members: Any) -> dict[str, Any]:
    """An EIDO told at `told_at`, with `members` in its incident and these other `parts`."""
    return {
        "$id": URN,
        "lastUpdateTimeStamp": told_at,
        "updatedByAgencyReference": {"$ref": "police.example.org"},
        "eidoVersion": "1.0",
        "issuingElementIdentification": "cad.police.example.org",
        "incidentComponent": incident(**members),
        "agencyComponent": [
            {
                "$id": "police.example.org",
                "lastUpdateTimeStamp": told_at,
                "agencyRoleDescriptionRegistryText": ["Dispatching"],
            }
        ],
        **(parts or {}),
    }


def noted(*texts: str, **members: Any) -> dict[str, Any]:
    """The part of a document that holds these notes."""
    return {"notesComponent": [{"$id": f"note-{text}", "notesActionComments": text, **members} for text in texts]}


def line(told: Any) -> bytes:
    """A document on one line."""
    return json.dumps(told).encode()
