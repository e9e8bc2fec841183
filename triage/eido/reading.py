"""One EIDO to a report: what CAD says of a call at one moment, in its own words. Never raises but `EidoError`."""

import html
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from triage.domain.events import Relation
from triage.domain.facts import Facts
from triage.domain.report import NARRATIVE_MAX_CHARACTERS, Closing, Report
from triage.eido import registries
from triage.eido.errors import EidoError
from triage.eido.identity import call_id_of, is_engine, unique_part
from triage.eido.json_text import JsonError, Tree, loads
from triage.eido.models import Disposition, Eido, Incident, Note, Person, PhoneCall

MARKS: Final = (b'"incidentComponent"', b'"eidoVersion"', b'"issuingElementIdentification"')
"""Members of a document that no plain report has; one of them is enough."""

NOTE_END: Final = "\nendofnote\n"
"""Stands between two notes: a word that no cue has, so that no cue is found across their border."""

PRIORITY_MAX: Final = 10
YEARS: Final = range(1990, 2101)
_TIME_MAX: Final = 64
_MARKUP: Final = re.compile(
    r"</?(?:a|b|br|code|div|em|font|h[1-6]|hr|i|li|ol|p|pre|small|span|strong|table|tbody|td|th|thead|tr|u|ul)"
    r"(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_RELATIONS: Final[dict[str, Relation]] = {
    "PARENT": "related",
    "CHILD": "related",
    "RELATED": "related",
    "REPLACING": "duplicate",
    "REPLACED": "duplicate",
    "SPLIT": "related",
}
_CLOSED: Final = {registries.CLOSED, registries.CANCELLED}
_OPEN_AGAIN: Final = {registries.ACTIVE, registries.REOPENED}
_REASONS: Final = {
    "missing": "missing",
    "string_type": "not a text",
    "list_type": "not a list",
    "dict_type": "not an object",
    "model_type": "not an object",
    "too_long": "too many of them",
    "two_incidents": "more than one incident in a document",
}

Objection = Callable[[str], str | None]
"""Says why a text of one line is refused, or None."""


class Linked(NamedTuple):
    """Another incident that a document names, and what it is to this one."""

    other: str
    relation: Relation


class Said(NamedTuple):
    """What a document says: a report, how the call was closed, related incidents, and the fields not understood."""

    report: Report
    closing: Closing | None
    links: tuple[Linked, ...]
    not_understood: tuple[str, ...]


def may_be_eido(line: bytes) -> bool:
    """Whether `line` is worth reading as an EIDO: it has a member that only an EIDO has."""
    return any(mark in line for mark in MARKS)


def is_eido(document: Tree) -> bool:
    """Whether a JSON value is an EIDO and no plain report."""
    return isinstance(document, dict) and "call_id" not in document and any(m.decode()[1:-1] in document for m in MARKS)


def read(line: bytes, objection: Objection) -> Said | None:
    """What the document in `line` says; None if it is no EIDO. `objection` refuses texts that nobody should show.

    Raises `EidoError` with the field and the reason, and the call's id where that can be told.
    """
    try:
        document = loads(line)
    except JsonError as error:
        raise EidoError(str(error)) from None
    if not is_eido(document):
        return None
    call_id = call_id_of(document)
    try:
        return _said(Eido.model_validate(document), call_id, objection)
    except ValidationError as error:
        raise _explained(error.errors(include_url=False, include_input=False)[0], call_id) from None
    except EidoError as error:
        raise EidoError(error.reason, error.field, call_id) from None


def _said(eido: Eido, call_id: str | None, objection: Objection) -> Said:
    if call_id is None:
        raise EidoError("neither this nor `internalIncidentId` can be a call's id", "$id")
    odd: list[str] = []
    told_at = _told_at(eido)
    incident = eido.incident_component
    texts = _Texts(objection)
    call_type = _call_type(incident, texts)
    report = Report(
        call_id=call_id,
        reported_at=told_at,
        call_type=call_type,
        priority=_priority(incident, texts, odd),
        channel=_channel(eido.call_component, texts, odd),
        beat=texts.checked(incident.beat_or_dispatch_group_text, "incidentComponent.beatOrDispatchGroupText"),
        facts=_facts(eido),
        narrative=_narrative(eido.notes_component),
    )
    closing = _closing(incident, told_at, call_type, texts, odd)
    return Said(report, closing, tuple(_links(eido, call_id, odd)), tuple(odd))


class _Texts:
    """Texts of one line, as a report takes them."""

    def __init__(self, objection: Objection) -> None:
        self._objection = objection

    def checked(self, text: str | None, field: str) -> str | None:
        """`text` without outer blanks, None if nothing is left; an `EidoError` for one that a report cannot hold."""
        plain = (text or "").strip()
        if not plain:
            return None
        if len(plain) > 200:  # noqa: PLR2004 - as in `Text`
            raise EidoError("longer than 200 characters", field)
        if wrong := self._objection(plain):
            raise EidoError(wrong, field)
        return plain


def _told_at(eido: Eido) -> datetime:
    """When CAD said so: a document that comes back with our advice in it is newer than what CAD says in it."""
    told_at = _moment(eido.last_update_time_stamp, "lastUpdateTimeStamp")
    own = eido.incident_component.last_update_time_stamp
    if not isinstance(own, str) or not is_engine(eido.updated_by_agent_reference):
        return told_at
    with suppress(EidoError):  # we do not need it otherwise
        return min(told_at, _moment(own, "incidentComponent.lastUpdateTimeStamp"))
    return told_at


def _moment(text: str, field: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text.strip()) if len(text) <= _TIME_MAX else None
    except ValueError:
        moment = None
    if moment is None:
        raise EidoError("not a time in ISO 8601", field)
    if moment.tzinfo is None:
        raise EidoError("a time without its offset", field)
    if moment.year not in YEARS:
        raise EidoError(f"year outside {YEARS[0]} to {YEARS[-1]}", field)
    return moment.astimezone(UTC)


def _call_type(incident: Incident, texts: _Texts) -> str:
    """The agency's own type, else the registry's, which every agency's table knows as `APCO:...`."""
    own = texts.checked(incident.incident_type_internal_text, "incidentComponent.incidentTypeInternalText")
    code = texts.checked(incident.incident_type_internal_code, "incidentComponent.incidentTypeInternalCode")
    field = "incidentComponent.incidentTypeCommonRegistryText"
    common = texts.checked(incident.incident_type_common_registry_text, field)
    if own or code:
        return own or code or ""
    if common is None:
        raise EidoError("missing", field)
    return f"APCO:{common}"[:200]


def _priority(incident: Incident, texts: _Texts, odd: list[str]) -> str | None:
    """The agency's own priority, else the common number as `EIDO-0` to `EIDO-10`, of which 10 is the highest."""
    own = texts.checked(incident.incident_priority_internal_text, "incidentComponent.incidentPriorityInternalText")
    number = (incident.incident_common_priority_number or "").strip()
    if own or not number:
        return own
    if not (number.isascii() and number.isdigit() and len(number) <= 2 and int(number) <= PRIORITY_MAX):  # noqa: PLR2004
        odd.append("incidentComponent.incidentCommonPriorityNumber")
        return None
    return f"EIDO-{int(number)}"


def _channel(calls: list[PhoneCall], texts: _Texts, odd: list[str]) -> str | None:
    """The kind of the calls that came in, as `EIDO-...`; None where there is none, or where they differ."""
    kinds = {call.standard_primary_call_type or "" for call in calls if call.direction == "incoming"}
    if len(kinds) != 1:
        if kinds:
            odd.append("callComponent")
        return None
    kind = texts.checked(kinds.pop(), "callComponent.standardPrimaryCallType")
    return f"EIDO-{kind}"[:200] if kind else None


def _facts(eido: Eido) -> Facts:
    languages = {language for person in eido.person_component if (language := _language(person))}
    said: dict[str, object] = {}
    if eido.caution_component:
        said["hazard_flag"] = True  # whatever it warns of, and even if it may have expired
    if len(languages) == 1:
        said["language"] = languages.pop()
    return Facts.model_validate(said)


def _language(person: Person) -> str | None:
    """The person's language, where it is one that the facts know: `ncPersonPrimaryLanguage`, by its ISO 639 code."""
    spoken = _member(person.nc_person_component, "ncPersonPrimaryLanguage")
    code = _member(spoken, "ncLanguageCode")
    return registries.LANGUAGES.get(code.strip().lower()) if isinstance(code, str) else None


def _member(value: Any, name: str) -> Any:
    found = value.get(name) if isinstance(value, dict) else None
    return found[0] if isinstance(found, list) and len(found) == 1 else found


def _narrative(notes: list[Note]) -> str | None:
    """All notes but our own, as plain text: our questions (`has a weapon been seen?`) must not answer themselves."""
    texts = [
        _plain(note.notes_action_comments)
        for note in notes
        if note.notes_action_comments
        and not is_engine(note.agent_reference)
        and not is_engine(note.updated_by_agent_reference)
    ]
    narrative = NOTE_END.join(dict.fromkeys(text for text in texts if text))
    if len(narrative) > NARRATIVE_MAX_CHARACTERS:
        raise EidoError(f"longer than {NARRATIVE_MAX_CHARACTERS} characters together", "notesComponent")
    return narrative or None


def _plain(text: str) -> str:
    """`text` without markup. What only looks like markup stays: `<knife>` may be just that."""
    return html.unescape(_MARKUP.sub("\n", text)).strip()


def _closing(incident: Incident, told_at: datetime, call_type: str, texts: _Texts, odd: list[str]) -> Closing | None:
    statuses = {status.strip() for status in incident.incident_status_common_registry_text}
    if statuses - registries.INCIDENT_STATUSES:
        odd.append("incidentComponent.incidentStatusCommonRegistryText")
    if not statuses & _CLOSED or statuses & _OPEN_AGAIN:
        return None
    disposition = _disposition(incident.disposition_component, texts)
    return Closing(cleared_at=told_at, disposition=disposition, final_call_type=call_type)


def _disposition(dispositions: list[Disposition], texts: _Texts) -> str | None:
    """The agency's own words for the primary disposition, or the only one, else its registry code as `APCO:..`."""
    primary = [one for one in dispositions if one.disposition_primary_indicator is True]
    chosen = primary or dispositions
    if len(chosen) != 1:
        return None
    field = "incidentComponent.dispositionComponent"
    own = texts.checked(chosen[0].disposition_description_text, f"{field}.dispositionDescriptionText")
    code = texts.checked(chosen[0].disposition_common_registry_code, f"{field}.dispositionCommonRegistryCode")
    return own or (f"APCO:{code}"[:200] if code else None)


def _links(eido: Eido, call_id: str, odd: list[str]) -> Iterator[Linked]:
    named = [
        *(("linkComponent", one.incident_tracking_identifier, one.link_direction_code) for one in eido.link_component),
        *(
            ("mergeComponent", one.incident_tracking_identifier, one.incident_merge_direction_code)
            for one in eido.merge_component
        ),
    ]
    itself = {call_id, unique_part(eido.id)}
    for field, urn, code in named:
        other = unique_part(urn)
        relation = _RELATIONS.get(code or "")
        if other is None or relation is None:
            odd.append(field)  # UNLINK among them: a link that was made stays made
        elif other not in itself:
            yield Linked(other, relation)


def _explained(error: ErrorDetails, call_id: str | None) -> EidoError:
    field = ".".join(str(part) for part in error["loc"])
    return EidoError(_REASONS.get(error["type"], "not what belongs there"), field or None, call_id)
