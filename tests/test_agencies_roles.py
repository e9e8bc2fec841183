from collections import Counter

import pytest

from tests import agencies_transformer as transformer
from tests.agencies_files import HEADER, LIBRARY, TYPES, rows, without
from triage.agencies.evidence import Judge
from triage.agencies.known import read_known
from triage.agencies.names import name_scores
from triage.agencies.profiles import profile
from triage.agencies.roles import Proposed, propose_roles
from triage.agencies.type_proposals import TypeProposer

CITIES = tuple(transformer.FILES)
RIGHT_MIN = 0.9


def judge(city: str = "nowhere") -> Judge:
    """What is known without the folder of `city` itself."""
    known = read_known(LIBRARY, without=LIBRARY.parent / city)
    return Judge(known, TypeProposer(known))


def proposed(header: list[str] | tuple[str, ...], table: list[list[str]]) -> dict[str, Proposed]:
    return {one.column.name: one for one in propose_roles(profile(header, table), judge())}


def measure(city: str, seed: int, names: str) -> None:
    copy = transformer.transformed(city, seed, names=names)
    found = propose_roles(profile(copy.header, copy.rows), judge(city))
    right = transformer.right_and_wrong(city, copy, {one.column.name: one.role for one in found})

    wrong = [(copy.before[one.column.name], one.role, one.confidence) for one in found if not right[one.column.name]]
    assert [one for one in wrong if one[2] == "sure"] == []
    assert sum(right.values()) >= RIGHT_MIN * len(right), wrong


@pytest.mark.published_data
@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("names", ["same", "sensible", "meaningless"])
@pytest.mark.parametrize("city", CITIES)
def test_nine_of_ten_roles_are_right_and_no_wrong_one_is_sure(city: str, names: str, seed: int) -> None:
    measure(city, seed, names)


@pytest.mark.published_data
@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 6))
@pytest.mark.parametrize("names", ["sensible", "meaningless"])
@pytest.mark.parametrize("city", CITIES)
def test_nine_of_ten_roles_are_right_on_more_copies(city: str, names: str, seed: int) -> None:
    measure(city, seed, names)


@pytest.mark.published_data
@pytest.mark.parametrize("city", CITIES)
def test_the_files_as_published_have_some_sure_roles_so_that_sure_means_something(city: str) -> None:
    header, table = transformer.published(city)
    found = propose_roles(profile(header, table), judge(city))

    sure = {one.role for one in found if one.confidence == "sure"}
    assert len(sure) >= 3
    assert "call_id" in sure
    assert {"call_id", "reported_at", "call_type", "priority"} <= {one.role for one in found}


def test_a_name_that_says_something_else_does_not_win_against_the_values() -> None:
    header = [{"How Received": "Call Type"}.get(name, name) for name in HEADER]
    found = proposed(header, rows())

    assert found["Call Type"].role == "channel", "as in Seattle's own files"
    assert found["Nature"].role == "call_type"


def test_single_roles_are_given_once() -> None:
    found = propose_roles(profile(HEADER, rows()), judge())

    counted = Counter(one.role for one in found if one.role not in {"other", "other_time"})
    assert counted.most_common(1)[0][1] == 1


def test_what_two_columns_could_be_is_never_sure() -> None:
    table = [[*row, row[3]] for row in rows()]
    found = proposed([*HEADER, "Pri"], table)

    assert {found["Priority"].role, found["Pri"].role} == {"priority", "other"}
    assert "sure" not in {found[name].confidence for name in ("Priority", "Pri") if found[name].role == "priority"}


def test_a_name_alone_is_never_sure() -> None:
    codes = ("ZQ", "QX", "PLV", "HHT", "BBR")
    table = [[*row[:6], codes[place % 5], *row[7:]] for place, row in enumerate(rows())]
    found = proposed(HEADER, table)["Disposition"]

    assert found.role == "disposition", "nothing else is called so"
    assert found.confidence != "sure", "but nothing in the values says so"


def test_free_text_places_and_persons_are_private() -> None:
    found = proposed(HEADER, rows())

    assert found["Remarks"].role == "narrative"
    assert found["Remarks"].private
    assert (found["Address"].role, found["Address"].private) == ("other", True)


def test_notes_written_at_the_end_are_no_narrative() -> None:
    header = [{"Remarks": "Final Remarks"}.get(name, name) for name in HEADER]

    assert proposed(header, rows())["Final Remarks"].role == "other"


def test_a_column_that_puts_codes_into_words_describes_them() -> None:
    table = [[*row[:2], f"{10 + TYPES.index(row[2])}X", row[2], *row[3:]] for row in rows()]
    found = proposed([*HEADER[:2], "Code", "Nature of Call", *HEADER[3:]], table)

    assert found["Code"].role == "call_type"
    assert (found["Nature of Call"].role, found["Nature of Call"].of) == ("call_type_description", "Code")


def test_the_first_time_of_each_row_is_the_report_and_the_last_the_end() -> None:
    table = [[*row, row[1].replace("2024", "2025"), row[1].replace("2024", "2026")] for row in rows()]
    found = proposed([*(name.replace("Received", "t1") for name in HEADER), "t2", "t3"], table)

    assert (found["t1"].role, found["t2"].role, found["t3"].role) == ("reported_at", "other_time", "cleared_at")


@pytest.mark.parametrize("lost", ["Received", "Nature"])
def test_a_role_whose_column_is_not_there_stays_open(lost: str) -> None:
    header, table = without(rows(), lost)
    roles = {one.role for one in proposed(header, table).values()}

    assert {"Received": "reported_at", "Nature": "call_type"}[lost] not in roles


def test_a_column_with_a_type_of_its_own_in_each_row_is_no_call_type() -> None:
    table = [[*row[:2], f"{row[2]} {place}", *row[3:]] for place, row in enumerate(rows())]

    assert "call_type" not in {one.role for one in proposed(HEADER, table).values()}


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("CAD Event Number", "call_id"), ("incident_num", "call_id"), ("CallReceivedTime", "reported_at"),
        ("date_time", "reported_at"), ("Initial Call Type", "call_type"), ("FinalCallType", "final_call_type"),
        ("Pri", "priority"), ("How Received", "channel"), ("Dispo", "disposition"), ("Police District", "precinct"),
        ("Beat", "beat"), ("close_datetime", "cleared_at"), ("Enroute Time", "other_time"),
        ("Block Address", "private"), ("Close Type", "final_call_type"), ("INCIDENT_TYPE_ID", "call_type"),
        ("officerinitiated", "on_view"), ("SelfInitiated", "on_view"), ("TimeClosed", "cleared_at"),
    ],
)  # fmt: skip
def test_usual_names_speak_for_their_role(name: str, role: str) -> None:
    scores = name_scores(name)
    assert max(scores, key=lambda found: scores[found]) == role, scores


def test_a_meaningless_name_says_nothing() -> None:
    assert name_scores("col_7") == {}
    assert name_scores("") == {}
