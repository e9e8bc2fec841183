"""A call as an EIDO, alone or in the one that CAD sent: registry values only, the same ids, nothing lost."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.eido_examples import TOLD_AT, URN, document, incident, noted
from tests.test_eido_json import VALUES
from triage.domain.events import Particulars
from triage.domain.facts import FACTS
from triage.eido import Names, Standing, Tree, dumps, loads, onto, read, registries, write
from triage.eido.writing import OURS
from triage.sources.unreadable import what_is_wrong

NOON = datetime(2023, 7, 10, 20, tzinfo=UTC)
TOLD = datetime(2023, 7, 10, 19, tzinfo=UTC)
NAMES = Names("police.example.org", "A1")
REGISTRIES = Path(__file__).parents[1].parent / "shared" / "reference" / "eido_registries.json"


def said(call_type: str = "NOISE", priority: str | None = "3") -> Particulars:
    return Particulars(call_type=call_type, priority=priority, channel="911", precinct=None, sector=None, beat="NORTH")


def standing(**changes: Any) -> Standing:
    """A noise complaint that a CSO unit took."""
    standard = Standing(
        names=NAMES,
        at=NOON,
        told_at=TOLD,
        said=said(),
        nature="NOISE",
        cleared=False,
        advice="Who goes: CSO.\nIt's <loud> & calm.",
        unit="CSO-3",
        stage="claimed",
        languages=("english", "somali"),
    )
    return standard._replace(**changes)


def nobody(**changes: Any) -> Standing:
    """A noise complaint that no CSO unit has."""
    return standing(unit=None, stage=None, languages=(), **changes)


def by_id(told: Tree, name: str) -> dict[str, Any]:
    return {component["$id"]: component for component in told.get(name, [])}


def test_a_call_with_a_unit_is_an_incident_an_advice_a_resource_and_its_own_dispatch() -> None:
    told = write(standing())
    assert told["$id"] == "urn:emergency:uid:incidentid:A1:police.example.org"
    assert (told["eidoVersion"], told["issuingElementIdentification"]) == ("1.0", "triage.police.example.org")
    assert told["lastUpdateTimeStamp"] == "2023-07-10T20:00:00Z"
    assert told["incidentComponent"] | {"$id": ""} == {
        "$id": "",
        "lastUpdateTimeStamp": "2023-07-10T19:00:00Z",
        "updatedByAgencyReference": {"$ref": "police.example.org"},
        "updatedByAgentReference": {"$ref": "triage-engine@police.example.org"},
        "internalIncidentId": "A1",
        "incidentTypeCommonRegistryText": "NOISE",
        "incidentTypeInternalText": "NOISE",
        "incidentStatusCommonRegistryText": ["Active", "ResourcesAssigned"],
        "incidentPriorityInternalText": "3",
        "beatOrDispatchGroupText": "NORTH",
        "notesReference": [{"$ref": NAMES.component("advice")}],
    }
    (note,) = told["notesComponent"]
    assert note["notesActionComments"] == "Who goes: CSO.<br>It's &lt;loud&gt; &amp; calm."
    assert note["agentReference"] == {"$ref": "triage-engine@police.example.org"}
    (unit,) = told["emergencyResourceComponent"]
    assert unit["$id"] == "CSO-3@police.example.org"
    assert unit["emergencyResourceTypeCommonRegistryText"] == "CivilServiceOfficer"
    assert unit["primaryUnitStatusRegistryText"] == "NotAvailable"
    assert unit["secondaryUnitStatusRegistryText"] == ["Assigned"]
    assert unit["resourceAttributeRegistryText"] == ["SomaliInterpreter"]
    (dispatch,) = told["dispatchComponent"]
    assert dispatch["emergencyResourceReference"] == [{"$ref": unit["$id"]}]


def test_a_dispatch_is_the_units_own_and_never_the_engines_nor_a_persons() -> None:
    told = write(standing())
    (dispatch,) = told["dispatchComponent"]
    assert dispatch["agentReference"] == {"$ref": "crew.CSO-3@police.example.org"}
    assert list(by_id(told, "agentComponent")) == ["triage-engine@police.example.org", "crew.CSO-3@police.example.org"]


@pytest.mark.parametrize("call", [nobody(), nobody(cleared=True), standing(stage=None)])
def test_there_is_no_dispatch_and_no_resource_as_long_as_no_unit_has_the_call(call: Standing) -> None:
    told = write(call)
    assert "dispatchComponent" not in told
    assert "emergencyResourceComponent" not in told
    assert list(by_id(told, "agentComponent")) == ["triage-engine@police.example.org"]


@pytest.mark.parametrize(
    ("call", "statuses", "unit_status"),
    [
        (nobody(), ["Active"], None),
        (nobody(cleared=True), ["Closed"], None),
        (standing(), ["Active", "ResourcesAssigned"], ["Assigned"]),
        (standing(stage="en_route"), ["Active", "ResourcesEnroute"], ["EnRoute"]),
        (standing(stage="on_scene"), ["Active", "ResourcesOnscene"], ["OnScene"]),
    ],
)
def test_the_status_is_that_of_the_call(call: Standing, statuses: list[str], unit_status: list[str] | None) -> None:
    told = write(call)
    assert told["incidentComponent"]["incidentStatusCommonRegistryText"] == statuses
    assert [unit["secondaryUnitStatusRegistryText"] for unit in told.get("emergencyResourceComponent", [])] == (
        [] if unit_status is None else [unit_status]
    )


@pytest.mark.parametrize(
    ("particulars", "nature", "common", "own"),
    [
        (said("LOUD PARTY"), "NOISE", "NOISE", "LOUD PARTY"),
        (said("GRAFFITI"), "X-GRAFFITI", "TROUBLE", "GRAFFITI"),
        (said("NEVER HEARD OF"), None, "TROUBLE", "NEVER HEARD OF"),
        (said("APCO:WELFARE"), "WELFARE", "WELFARE", None),
        (said("APCO:SECRET"), None, "TROUBLE", None),
        (None, None, "TROUBLE", None),
    ],
)
def test_the_type_is_the_agencys_own_and_the_registrys_nearest(
    particulars: Particulars | None, nature: str | None, common: str, own: str | None
) -> None:
    told = write(standing(said=particulars, nature=nature))["incidentComponent"]
    assert told["incidentTypeCommonRegistryText"] == common
    assert told.get("incidentTypeInternalText") == own


def test_a_common_priority_goes_back_as_the_number_that_it_was() -> None:
    told = write(standing(said=said(priority="EIDO-10")))["incidentComponent"]
    assert told["incidentCommonPriorityNumber"] == 10
    assert "incidentPriorityInternalText" not in told


@pytest.mark.parametrize(
    "call", [standing(), nobody(), nobody(cleared=True), standing(said=said("APCO:NOISE", "EIDO-7"))]
)
def test_what_we_write_our_own_reader_reads_as_what_cad_said(call: Standing) -> None:
    found = read(dumps(write(call)).encode(), what_is_wrong)
    assert found is not None
    assert call.said is not None
    report = found.report
    assert (report.call_id, report.reported_at, report.narrative) == ("A1", TOLD, None)  # as old as CAD's own word
    assert (report.call_type, report.priority, report.beat) == (call.said.call_type, call.said.priority, call.said.beat)
    assert (found.closing is not None) == call.cleared
    assert found.not_understood == ()


def test_ids_stay_the_same_from_one_document_of_an_incident_to_the_next() -> None:
    first, second = write(standing()), write(standing(stage="on_scene", advice="Other.", at=NOON.replace(hour=21)))
    for name in OURS:
        assert list(by_id(first, name)) == list(by_id(second, name))
    assert first["$id"] == second["$id"]


def test_every_component_says_what_it_is_who_updated_it_and_when() -> None:
    told = write(standing())
    components = [told, told["incidentComponent"], *(one for name in OURS for one in told[name])]
    assert len(components) == len({one["$id"] for one in components}) == 8
    assert [one["lastUpdateTimeStamp"][11:13] for one in components] == ["20", "19", *["20"] * 6]
    for one in components:
        assert one["updatedByAgencyReference"] == {"$ref": NAMES.domain}
        assert one["updatedByAgentReference"] == {"$ref": NAMES.engine}


def test_ours_is_put_into_the_document_that_came_and_the_rest_stays() -> None:
    came = document(parts={**noted("quiet"), "x-vendor": {"a": [1]}})
    told = onto(came, standing())
    assert told["x-vendor"] == {"a": [1]}
    assert told["$id"] == URN
    assert told["notesComponent"][0] == came["notesComponent"][0]
    assert NAMES.component("advice") in by_id(told, "notesComponent")
    references = [{"$ref": NAMES.component("advice")}]
    assert told["incidentComponent"] == incident(notesReference=references, lastUpdateTimeStamp=TOLD_AT)
    assert told["issuingElementIdentification"] == "triage.police.example.org"
    assert list(by_id(told, "agencyComponent")) == ["police.example.org"]
    assert "agencyRoleDescriptionRegistryText" in by_id(told, "agencyComponent")["police.example.org"]


@pytest.mark.parametrize("own", [None, "2023-07-10T19:30:00Z"])
def test_what_comes_back_to_us_is_no_newer_than_what_cad_said(own: str | None) -> None:
    came = document(TOLD_AT, lastUpdateTimeStamp=own)
    told = onto(came, standing(at=NOON.replace(hour=23)))
    assert told["lastUpdateTimeStamp"] == "2023-07-10T23:00:00Z"
    found = read(dumps(told).encode(), what_is_wrong)
    assert found is not None
    assert found.report.reported_at == (NOON if own is None else NOON.replace(hour=19, minute=30))


@pytest.mark.parametrize("own", ["SECRET", "", 7, "2023-07-10T19:30:00"])
def test_a_time_of_the_incident_that_is_none_does_not_make_our_own_document_unreadable(own: Any) -> None:
    found = read(dumps(onto(document(lastUpdateTimeStamp=own), standing())).encode(), what_is_wrong)
    assert found is not None
    assert found.report.reported_at == NOON


def test_a_list_of_one_incident_becomes_that_incident() -> None:
    told = onto(document() | {"incidentComponent": [incident()]}, nobody())
    assert told["incidentComponent"]["internalIncidentId"] == "A1"


def test_putting_ours_in_again_changes_nothing_and_what_no_longer_holds_goes() -> None:
    first = onto(document(), standing())
    assert onto(first, standing()) == first
    recalled = onto(first, nobody())
    assert recalled["dispatchComponent"] == recalled["emergencyResourceComponent"] == []
    assert list(by_id(recalled, "agentComponent")) == ["triage-engine@police.example.org"]


def test_what_cad_itself_says_of_a_unit_is_not_overwritten() -> None:
    theirs = {"$id": "CSO-3@police.example.org", "primaryUnitStatusRegistryText": "Available", "x": 1}
    told = onto(document(parts={"emergencyResourceComponent": [theirs]}), standing())
    assert told["emergencyResourceComponent"] == [theirs]


def test_what_somebody_added_to_our_own_component_stays() -> None:
    first = onto(document(), standing())
    first["emergencyResourceComponent"][0]["x-seen"] = "yes"
    (unit,) = onto(first, standing(stage="on_scene"))["emergencyResourceComponent"]
    assert (unit["x-seen"], unit["secondaryUnitStatusRegistryText"]) == ("yes", ["OnScene"])


@pytest.mark.parametrize("references", [None, [], {"$ref": "n1"}, [{"$ref": "n1"}], ["n1", 7]])
def test_notes_that_the_incident_refers_to_stay_whatever_their_form(references: Any) -> None:
    told = onto(document(notesReference=references), nobody())["incidentComponent"]["notesReference"]
    before = references if isinstance(references, list) else [] if references is None else [references]
    assert told == [*before, {"$ref": NAMES.component("advice")}]


def without_ours(told: Tree, came: Tree) -> Tree:
    """A document without what we put into it."""
    rest = dict(told)
    for name in OURS:
        kept = [one for one in told.get(name, []) if not _is_ours(one)]
        rest.pop(name, None)
        if name in came:
            rest[name] = kept
    for name in ("lastUpdateTimeStamp", "updatedByAgencyReference", "updatedByAgentReference"):
        rest.pop(name, None)
        if name in came:
            rest[name] = came[name]
    rest["issuingElementIdentification"] = came["issuingElementIdentification"]
    references = [
        one for one in rest["incidentComponent"]["notesReference"] if one != {"$ref": NAMES.component("advice")}
    ]
    rest["incidentComponent"] = {**rest["incidentComponent"], "notesReference": references}
    if not references:
        del rest["incidentComponent"]["notesReference"]
    del rest["incidentComponent"]["lastUpdateTimeStamp"]  # the document said that before
    return rest


def _is_ours(component: Tree) -> bool:
    reference = component.get("updatedByAgentReference") if isinstance(component, dict) else None
    return reference == {"$ref": NAMES.engine}


UNKNOWN = st.dictionaries(st.text(max_size=6).map("x{}".format), VALUES, max_size=3)


@given(UNKNOWN, UNKNOWN, st.lists(st.one_of(UNKNOWN, VALUES), max_size=3), st.sampled_from([standing(), nobody()]))
@settings(max_examples=150)
def test_nothing_of_what_came_is_lost_or_changed(
    top: dict[str, Any], inner: dict[str, Any], components: list[Any], call: Standing
) -> None:
    came = loads(dumps(document(parts={**top, "xComponent": components}, **inner)).encode("utf-8", "surrogatepass"))
    for name in ("notesComponent", "agentComponent", "emergencyResourceComponent"):
        came[name] = components
    told = loads(dumps(onto(came, call)).encode("utf-8", "surrogatepass"))
    assert without_ours(told, came) == came


@pytest.mark.published_data
def test_every_registry_value_that_we_write_is_in_its_registry() -> None:
    published = {name: {row[0] for row in rows} for name, rows in json.loads(REGISTRIES.read_text()).items()}
    assert published["IncidentTypeCommon"] == registries.INCIDENT_TYPES
    assert registries.UNKNOWN_TROUBLE in registries.INCIDENT_TYPES
    assert registries.CSO in published["EmergencyResourceType"]
    assert registries.NOT_AVAILABLE in published["PrimaryUnitStatus"]
    assert set(registries.UNIT_STATUS.values()) <= published["SecondaryUnitStatus"]
    assert set(registries.INTERPRETERS.values()) <= published["InterpreterAttributes"]


def test_every_language_of_the_facts_has_its_attribute_and_its_codes() -> None:
    languages = {str(value) for value in FACTS["language"].values}
    assert set(registries.INTERPRETERS) == languages - {"english"}
    assert set(registries.LANGUAGES.values()) == languages
    assert set(registries.INCIDENT_STATUS.values()) < registries.INCIDENT_STATUSES
