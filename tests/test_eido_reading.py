"""One EIDO to a report: every field that is read, whatever else stands beside it, and what is refused."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.eido_examples import URN, document, incident, line, noted
from tests.test_eido_json import VALUES
from triage.domain.cues import CueMatcher
from triage.domain.facts import Facts
from triage.domain.policy import Cue
from triage.domain.report import Closing, Report
from triage.eido import EidoError, Linked, Said, dumps, is_eido, may_be_eido, read
from triage.eido.json_text import Number
from triage.sources.unreadable import what_is_wrong

NOON = datetime(2023, 7, 10, 20, tzinfo=UTC)


def said(told: Any) -> Said:
    """What a document says."""
    found = read(told if isinstance(told, bytes) else dumps(told).encode("utf-8", "surrogatepass"), what_is_wrong)
    assert found is not None
    return found


def refused(told: Any) -> tuple[str | None, str, str | None]:
    """Field, reason and call of a document that cannot be read."""
    with pytest.raises(EidoError) as error:
        said(told)
    return error.value.field, error.value.reason, error.value.call_id


def test_a_document_is_a_report_in_the_agencys_own_words() -> None:
    assert said(document()) == Said(
        Report(call_id="A1", reported_at=NOON, call_type="NOISE", priority="3", beat="NORTH"), None, (), ()
    )


def test_a_document_says_that_it_is_one_by_its_members() -> None:
    assert is_eido(document())
    assert is_eido({"incidentComponent": {}})
    assert not is_eido({"call_id": "A1", "eidoVersion": "1.0"})
    assert not is_eido(["eidoVersion"])
    assert may_be_eido(line(document()))
    assert not may_be_eido(line({"call_id": "A1", "narrative": 'he said "eidoVersion"'}))
    assert read(b'{"call_id": "A1", "eidoVersion": "1.0"}', what_is_wrong) is None


@pytest.mark.parametrize(
    ("changes", "urn", "call_id"),
    [
        ({}, URN, "A1"),
        ({"internalIncidentId": " 2023-7 "}, URN, "2023-7"),
        ({"internalIncidentId": 20230007}, URN, "20230007"),
        ({"internalIncidentId": "not an id"}, URN, "a56e556d871"),
        ({"internalIncidentId": None}, URN, "a56e556d871"),
        ({"internalIncidentId": None}, "urn:emergency:uid:incidentid:2023:07:x:police.example.org", "2023:07:x"),
        ({"internalIncidentId": None}, "CAD-7", "CAD-7"),
    ],
)
def test_a_call_has_cads_number_or_the_unique_part_of_the_urn(changes: dict[str, Any], urn: str, call_id: str) -> None:
    told = document(**changes) | {"$id": urn}
    if changes.get("internalIncidentId") == 20230007:
        told["incidentComponent"]["internalIncidentId"] = Number("20230007")
    assert said(told).report.call_id == call_id


@pytest.mark.parametrize(
    ("changes", "call_type"),
    [
        ({"incidentTypeInternalText": "LOUD PARTY", "incidentTypeInternalCode": "415N"}, "LOUD PARTY"),
        ({"incidentTypeInternalText": None, "incidentTypeInternalCode": "415N"}, "415N"),
        ({"incidentTypeInternalText": " ", "incidentTypeInternalCode": None}, "APCO:NOISE"),
        ({"incidentTypeInternalText": None}, "APCO:NOISE"),
        ({"incidentTypeInternalText": "LOUD PARTY", "incidentTypeCommonRegistryText": None}, "LOUD PARTY"),
    ],
)
def test_the_agencys_own_type_goes_before_the_registrys(changes: dict[str, Any], call_type: str) -> None:
    assert said(document(**changes)).report.call_type == call_type


@pytest.mark.parametrize(
    ("changes", "priority", "odd"),
    [
        ({"incidentCommonPriorityNumber": Number("10")}, "3", ()),
        ({"incidentPriorityInternalText": None, "incidentCommonPriorityNumber": Number("10")}, "EIDO-10", ()),
        ({"incidentPriorityInternalText": None, "incidentCommonPriorityNumber": Number("0")}, "EIDO-0", ()),
        ({"incidentPriorityInternalText": None, "incidentCommonPriorityNumber": "07"}, "EIDO-7", ()),
        *(
            (
                {"incidentPriorityInternalText": None, "incidentCommonPriorityNumber": Number(number)},
                None,
                ("incidentComponent.incidentCommonPriorityNumber",),
            )
            for number in ("11", "-1", "2.5", "1e1")
        ),
        ({"incidentPriorityInternalText": None}, None, ()),
    ],
)
def test_the_agencys_own_priority_goes_before_the_common_number(
    changes: dict[str, Any], priority: str | None, odd: tuple[str, ...]
) -> None:
    found = said(document(**changes))
    assert (found.report.priority, found.not_understood) == (priority, odd)


@pytest.mark.parametrize(
    ("calls", "channel", "odd"),
    [
        ([], None, ()),
        ([("emergency", "incoming")], "EIDO-emergency", ()),
        ([("emergency", "incoming"), ("emergency", "incoming"), ("nonEmergency", "outgoing")], "EIDO-emergency", ()),
        ([("emergency", "incoming"), ("nonEmergency", "incoming")], None, ("callComponent",)),
        ([("emergency", "internal")], None, ()),
        ([(None, "incoming")], None, ()),
    ],
)
def test_the_channel_is_the_kind_of_the_calls_that_came_in_unless_they_differ(
    calls: list[tuple[str | None, str]], channel: str | None, odd: tuple[str, ...]
) -> None:
    parts = {"callComponent": [{"standardPrimaryCallType": kind, "direction": way} for kind, way in calls]}
    found = said(document(parts=parts))
    assert (found.report.channel, found.not_understood) == (channel, odd)


def test_a_caution_is_a_hazard_flag_and_none_says_nothing() -> None:
    caution = {"cautionTypeInternalText": "DOG", "cautionSeverity": "low"}
    assert said(document(parts={"cautionComponent": [caution]})).report.facts == Facts(hazard_flag=True)
    assert said(document(parts={"cautionComponent": []})).report.facts == Facts()


def person(*codes: object) -> dict[str, Any]:
    """Persons who speak these languages."""
    return {
        "personComponent": [
            {"ncPersonComponent": {"ncPersonPrimaryLanguage": {"ncLanguageCode": code}}} for code in codes
        ]
    }


@pytest.mark.parametrize(
    ("codes", "language"),
    [(["som"], "somali"), (["SO", "som"], "somali"), (["som", "spa"], None), (["rus"], None), ([None, 7, {}], None)],
)
def test_a_language_counts_where_all_who_have_one_speak_the_same(codes: list[object], language: str | None) -> None:
    assert said(line(document(parts=person(*codes)))).report.facts.language == language


def test_notes_are_the_narrative_without_markup_and_each_once() -> None:
    told = document(parts=noted("<p>He has a <b>knife</b> &amp; is <i>angry</i></p>", "He left", "He left", "<knife>"))
    narrative = " ".join((said(told).report.narrative or "").split())
    assert narrative == "He has a knife & is angry endofnote He left endofnote <knife>"


def test_no_cue_is_found_across_the_border_of_two_notes() -> None:
    cues = CueMatcher((Cue(id="gun", fact="weapon", value=True, words=("has a gun",)),), ("no",))
    assert cues.find(said(document(parts=noted("he has a", "gun show nearby"))).report.narrative or "")[1] == ()
    assert cues.find(said(document(parts=noted("he has a gun"))).report.narrative or "")[1] == ("gun",)
    assert cues.find(said(document(parts=noted("no", "he has a gun"))).report.narrative or "")[1] == ("gun",)


@pytest.mark.parametrize("by", ["agentReference", "updatedByAgentReference"])
def test_our_own_questions_in_a_document_that_comes_back_do_not_answer_themselves(by: str) -> None:
    ours = noted("Ask: Has a weapon been seen?", **{by: {"$ref": "triage-engine@police.example.org"}})
    theirs = noted("quiet now", **{by: {"$ref": "d1042@police.example.org"}})
    told = document(parts={"notesComponent": ours["notesComponent"] + theirs["notesComponent"]})
    assert said(told).report.narrative == "quiet now"


@pytest.mark.parametrize(
    ("statuses", "is_closed"),
    [
        (["Closed"], True),
        ("Closed", True),
        (["Cancelled"], True),
        (["ResourcesOnscene", "Closed"], True),
        (["Closed", "ReOpened"], False),
        (["Active", "Closed"], False),
        (["Active"], False),
        ([], False),
        (None, False),
    ],
)
def test_a_call_is_closed_where_its_status_says_so_and_nothing_against_it(statuses: object, is_closed: bool) -> None:
    found = said(document(incidentStatusCommonRegistryText=statuses))
    assert (found.closing is not None) == is_closed
    assert found.not_understood == ()


def test_an_unknown_status_closes_nothing_and_is_counted() -> None:
    found = said(document(incidentStatusCommonRegistryText=["closed", "Finished"]))
    assert (found.closing, found.not_understood) == (None, ("incidentComponent.incidentStatusCommonRegistryText",))


@pytest.mark.parametrize(
    ("dispositions", "text"),
    [
        ([], None),
        ([{"dispositionCommonRegistryCode": "07"}], "APCO:07"),
        ([{"dispositionCommonRegistryCode": "07", "dispositionDescriptionText": "ADVICE GIVEN"}], "ADVICE GIVEN"),
        ([{"dispositionCommonRegistryCode": "07"}, {"dispositionCommonRegistryCode": "03"}], None),
        (
            [
                {"dispositionCommonRegistryCode": "07"},
                {"dispositionCommonRegistryCode": "03", "dispositionPrimaryIndicator": True},
            ],
            "APCO:03",
        ),
    ],
)
def test_a_closed_call_says_how_it_ended(dispositions: list[dict[str, Any]], text: str | None) -> None:
    told = document(incidentStatusCommonRegistryText=["Closed"], dispositionComponent=dispositions)
    assert said(told).closing == Closing(cleared_at=NOON, disposition=text, final_call_type="NOISE")


def test_links_and_merges_name_other_calls_and_what_we_cannot_do_is_counted() -> None:
    other = "urn:emergency:uid:incidentid:b77:police.example.org"
    links = [
        {"incidentTrackingIdentifier": other, "linkDirectionCode": code} for code in ("PARENT", "UNLINK", "TWIN", None)
    ]
    merges = [{"incidentTrackingIdentifier": other, "incidentMergeDirectionCode": "REPLACED"}]
    found = said(document(parts={"linkComponent": links, "mergeComponent": merges}))
    assert found.links == (Linked("b77", "related"), Linked("b77", "duplicate"))
    assert found.not_understood == ("linkComponent",) * 3


@pytest.mark.parametrize("itself", ["A1", URN])
def test_an_incident_is_not_linked_to_itself_by_either_of_its_names(itself: str) -> None:
    links = [{"incidentTrackingIdentifier": itself, "linkDirectionCode": "RELATED"}]
    assert said(document(parts={"linkComponent": links})).links == ()


def test_what_the_standard_wants_and_we_do_not_need_may_be_missing() -> None:
    told = {
        "incidentComponent": {"incidentTypeInternalText": "NOISE"},
        "lastUpdateTimeStamp": "2023-07-10T13:00:00-07:00",
    }
    assert said(told | {"$id": URN}).report == Report(call_id="a56e556d871", reported_at=NOON, call_type="NOISE")


@pytest.mark.parametrize(
    "changes",
    [
        {"notesComponent": None, "personComponent": None, "callComponent": None},
        {"notesComponent": {"notesActionComments": None}},
        {"agencyComponent": "SECRET", "locationComponent": 7, "vehicleComponent": [[]]},
        {"incidentComponent": [incident()]},
        {"personComponent": [{"ncPersonComponent": ["SECRET"]}, {"ncPersonComponent": {"ncPersonPrimaryLanguage": 7}}]},
    ],
)
def test_reading_is_lenient_where_nothing_is_lost(changes: dict[str, Any]) -> None:
    assert said(line(document() | changes)).report.call_type == "NOISE"


SECRET = "SECRET"
LONG = "n" * 201


@pytest.mark.parametrize(
    ("told", "field", "reason", "call_id"),
    [
        ({"eidoVersion": "1.0"}, "lastUpdateTimeStamp", "missing", None),
        (document() | {"lastUpdateTimeStamp": SECRET}, "lastUpdateTimeStamp", "not a time in ISO 8601", "A1"),
        (document() | {"lastUpdateTimeStamp": None}, "lastUpdateTimeStamp", "not a text", "A1"),
        (document("2023-07-10T20:00:00"), "lastUpdateTimeStamp", "a time without its offset", "A1"),
        (document("2023-07-10T20:00:60Z"), "lastUpdateTimeStamp", "not a time in ISO 8601", "A1"),
        (document("1900-01-01T00:00:00Z"), "lastUpdateTimeStamp", "year outside 1990 to 2100", "A1"),
        (document("9999-12-31T23:59:59-12:00"), "lastUpdateTimeStamp", "year outside 1990 to 2100", "A1"),
        (document("2" * 5000), "lastUpdateTimeStamp", "not a time in ISO 8601", "A1"),
        (
            document(internalIncidentId="an id") | {"$id": "no id"},
            "$id",
            "neither this nor `internalIncidentId` can be a call's id",
            None,
        ),
        (document() | {"incidentComponent": None}, "incidentComponent", "not an object", "a56e556d871"),
        (document() | {"incidentComponent": []}, "incidentComponent", "not an object", "a56e556d871"),
        (
            document() | {"incidentComponent": [incident(), incident()]},
            "incidentComponent",
            "more than one incident in a document",
            "a56e556d871",
        ),
        (
            document(incidentTypeCommonRegistryText=None, incidentTypeInternalText=None),
            "incidentComponent.incidentTypeCommonRegistryText",
            "missing",
            "A1",
        ),
        (
            document(incidentTypeInternalText=["SECRET"]),
            "incidentComponent.incidentTypeInternalText",
            "not a text",
            "A1",
        ),
        (
            document(incidentTypeInternalText=LONG),
            "incidentComponent.incidentTypeInternalText",
            "longer than 200 characters",
            "A1",
        ),
        (document(incidentTypeInternalText="=1+1"), "incidentComponent.incidentTypeInternalText", "formula", "A1"),
        (
            document(beatOrDispatchGroupText="C3\u202eSECRET"),
            "incidentComponent.beatOrDispatchGroupText",
            "control character",
            "A1",
        ),
        (
            document(incidentStatusCommonRegistryText=[True]),
            "incidentComponent.incidentStatusCommonRegistryText.0",
            "not a text",
            "A1",
        ),
        (document() | {"notesComponent": "SECRET"}, "notesComponent.0", "not an object", "A1"),
        (document() | {"notesComponent": [["SECRET"]]}, "notesComponent.0", "not an object", "A1"),
        (
            document() | {"notesComponent": [{"notesActionComments": ["SECRET"]}]},
            "notesComponent.0.notesActionComments",
            "not a text",
            "A1",
        ),
        (document() | {"notesComponent": [{}] * 10_001}, "notesComponent", "too many of them", "A1"),
        (document() | {"cautionComponent": ["SECRET"]}, "cautionComponent.0", "not an object", "A1"),
        (document(parts=noted("n" * 20_001)), "notesComponent", "longer than 20000 characters together", "A1"),
    ],
)
def test_what_we_need_and_cannot_take_is_refused_by_field_and_never_by_content(
    told: object, field: str, reason: str, call_id: str | None
) -> None:
    found = refused(line(told))
    assert found == (field, reason, call_id)
    assert SECRET not in repr(found)


def test_a_member_given_twice_is_refused_as_it_could_be_read_in_two_ways() -> None:
    twice = line(document())[:-1] + b', "eidoVersion": "2.0"}'
    assert refused(twice) == (None, "a member is given twice", None)


@given(st.dictionaries(st.text(max_size=8).map("x{}".format), VALUES, max_size=3))
@settings(max_examples=50)
def test_unknown_members_at_every_level_change_nothing_of_what_is_read(unknown: dict[str, Any]) -> None:
    parts = {
        **noted("quiet", **unknown),
        "cautionComponent": [unknown],
        "callComponent": [{"standardPrimaryCallType": "emergency", "direction": "incoming", **unknown}],
        "xOther": [unknown],
        **unknown,
    }
    plain = {**noted("quiet"), "cautionComponent": [{}], "callComponent": [
        {"standardPrimaryCallType": "emergency", "direction": "incoming"}
    ]}  # fmt: skip
    assert said(document(parts=parts, **unknown)) == said(document(parts=plain))


FIELDS = st.sampled_from(
    [*document(), *incident(), "callComponent", "notesComponent", "cautionComponent", "personComponent",
     "linkComponent", "mergeComponent", "notesActionComments", "direction", "dispositionComponent",
     "incidentCommonPriorityNumber"]
)  # fmt: skip
ANYTHING = st.recursive(
    VALUES, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(FIELDS, inner, max_size=3))
)


@given(st.dictionaries(FIELDS, ANYTHING, max_size=4), st.dictionaries(FIELDS, ANYTHING, max_size=4))
@settings(max_examples=300)
def test_wrong_types_anywhere_end_as_a_report_or_as_a_refusal(top: dict[str, Any], inner: dict[str, Any]) -> None:
    told = document()
    told["incidentComponent"] |= inner
    told |= top
    reason = ""
    try:
        found = read(dumps(told).encode("utf-8", "surrogatepass"), what_is_wrong)
    except EidoError as error:
        found, reason = None, str(error)
    assert found is not None or 0 < len(reason) < 300
    assert found is None or json.loads(found.report.model_dump_json())["call_id"]
