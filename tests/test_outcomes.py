import csv
import io
from collections import Counter
from collections.abc import Sequence
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.small_policy import SMALL_POLICY, rule
from tests.source_examples import COLUMNS, ZONE
from triage.domain.call_types import CallTypes
from triage.domain.desk import Desk
from triage.domain.facts import Facts
from triage.domain.report import Report
from triage.outcomes import (
    OUTCOMES,
    Advice,
    Adviser,
    Call,
    Counts,
    Ending,
    Outcome,
    Outcomes,
    Share,
    count,
    endings,
    groups,
    read_accepted,
    read_descriptions,
    titled,
    type_rows,
)
from triage.rulebook import OutcomeCodes, RulebookError
from triage.sources import CallClosed, Reading, read_stream, stream

CODES = OutcomeCodes(
    dispositions={
        "ARREST": "authority",
        "CITED": "citation",
        "HELPED": "no_authority",
        "GONE": "no_contact",
        "RADIO": "excluded",
        "REPORT": "undetermined",
    },
    finals={"WELFARE": "non_criminal", "PARKING": "parking", "ROBBERY": "authority", "SUSP": "crime"},
)
FINAL_TYPES = {
    "non_criminal": "WELFARE CHECK",
    "parking": "PARKING",
    "authority": "ROBBERY",
    "crime": "SUSPICIOUS",
    "unknown": "NO SUCH TYPE",
    None: None,
}
ENDING = Ending(CODES, CallTypes(SMALL_POLICY.call_types))
ADVISE = Adviser(Desk(SMALL_POLICY))


def report(call_type: str = "WELFARE CHECK", **more: object) -> Report:
    return Report.model_validate(
        {"call_id": "A1", "reported_at": "2023-07-10T20:00:00Z", "call_type": call_type, "priority": "3", **more}
    )


# Shares: the published intervals of Newcombe, Statistics in Medicine 17 (1998), table I, method 3.


@pytest.mark.parametrize(
    ("number", "of", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_interval_is_the_published_one(number: int, of: int, low: float, high: float) -> None:
    share = Share(number, of)
    assert share.low == pytest.approx(low, abs=5e-5)
    assert share.high == pytest.approx(high, abs=5e-5)


def test_the_interval_holds_the_share_and_stays_a_share() -> None:
    for of in range(1, 60):
        for number in range(of + 1):
            share = Share(number, of)
            assert share.low is not None
            assert share.high is not None
            assert share.share is not None
            assert 0 <= share.low <= share.share + 1e-12 <= share.high + 2e-12 <= 1 + 3e-12


def test_of_nothing_there_is_no_share() -> None:
    nothing = Share(0, 0)
    assert (nothing.share, nothing.low, nothing.high) == (None, None, None)


# The outcome of a call.

WANTED: dict[tuple[str, str | None], Outcome] = {
    ("ARREST", None): "authority_used",
    ("ARREST", "non_criminal"): "authority_used",
    ("ARREST", "parking"): "authority_used",
    ("ARREST", "crime"): "authority_used",
    ("ARREST", "authority"): "authority_used",
    ("ARREST", "unknown"): "authority_used",
    ("CITED", None): "authority_used",
    ("CITED", "non_criminal"): "authority_used",
    ("CITED", "parking"): "no_authority_used",
    ("CITED", "crime"): "authority_used",
    ("CITED", "authority"): "authority_used",
    ("CITED", "unknown"): "authority_used",
    ("HELPED", None): "no_authority_used",
    ("HELPED", "non_criminal"): "no_authority_used",
    ("HELPED", "parking"): "no_authority_used",
    ("HELPED", "crime"): "undetermined",
    ("HELPED", "authority"): "authority_used",
    ("HELPED", "unknown"): "undetermined",
    ("GONE", None): "no_contact",
    ("GONE", "non_criminal"): "no_contact",
    ("GONE", "parking"): "no_contact",
    ("GONE", "crime"): "no_contact",
    ("GONE", "authority"): "authority_used",
    ("GONE", "unknown"): "no_contact",
    ("RADIO", None): "excluded",
    ("RADIO", "non_criminal"): "excluded",
    ("RADIO", "parking"): "excluded",
    ("RADIO", "crime"): "excluded",
    ("RADIO", "authority"): "excluded",
    ("RADIO", "unknown"): "excluded",
    ("REPORT", None): "undetermined",
    ("REPORT", "non_criminal"): "undetermined",
    ("REPORT", "parking"): "undetermined",
    ("REPORT", "crime"): "undetermined",
    ("REPORT", "authority"): "authority_used",
    ("REPORT", "unknown"): "undetermined",
    ("NO SUCH CODE", None): "undetermined",
    ("NO SUCH CODE", "non_criminal"): "undetermined",
    ("NO SUCH CODE", "parking"): "undetermined",
    ("NO SUCH CODE", "crime"): "undetermined",
    ("NO SUCH CODE", "authority"): "authority_used",
    ("NO SUCH CODE", "unknown"): "undetermined",
}


@pytest.mark.parametrize(("disposition", "final"), [*product([*CODES.dispositions, "NO SUCH CODE"], FINAL_TYPES)])
def test_each_closing_with_each_kind_of_final_type_has_its_outcome(disposition: str, final: str | None) -> None:
    assert ENDING.outcome(disposition, FINAL_TYPES[final]) == WANTED[disposition, final]


@pytest.mark.parametrize("final", [*FINAL_TYPES.values()])
def test_without_a_disposition_nothing_is_stated_whatever_the_final_type(final: str | None) -> None:
    assert ENDING.outcome(None, final) == "not_stated"


def test_a_disposition_is_found_whatever_its_case_and_blanks() -> None:
    assert ENDING.outcome(" arrest ", None) == "authority_used"
    assert ENDING.knows(" arrest ")
    assert not ENDING.knows("arrested")


# Calls as they were first reported and as they ended.

HEADER = (
    "cad_event_number,event_clearance_description,call_type,priority,initial_call_type,final_call_type,"
    "original_time_queued,arrived_time,precinct,sector,beat"
)


def row(call_id: str = "A1", how: str = "HELPED", call_type: str = "WELFARE CHECK", **more: str) -> list[str]:
    cells = {"channel": "911", "priority": "3", "final": "WELFARE CHECK", "time": "1:00:00 PM", "arrived": ""} | more
    arrived = f"07/10/2023 {cells['arrived']}" if cells["arrived"] else ""
    time = f"07/10/2023 {cells['time']}"
    return [call_id, how, cells["channel"], cells["priority"], call_type, cells["final"], time, arrived, "EAST", "", ""]


def read(*rows: Sequence[str], name: str = "calls.csv") -> Reading:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([HEADER.split(","), *rows])
    return read_stream(io.BufferedReader(io.BytesIO(out.getvalue().encode())), COLUMNS, ZONE, source=name)


def counted(*readings: Reading) -> Counts:
    return count(SMALL_POLICY, CODES, readings)


def test_a_call_has_ended_though_no_file_says_when() -> None:
    reading = read(row(how="ARREST"))
    (ended,) = endings([reading])
    assert (ended.disposition, ended.final_call_type) == ("ARREST", "WELFARE CHECK")
    assert not [item for item in stream(reading) if isinstance(item, CallClosed)], "nothing closes it at a made-up time"


def test_a_call_without_disposition_and_final_type_states_no_ending() -> None:
    (ended,) = endings([read(row(how="-", final="-"))])
    assert (ended.disposition, ended.final_call_type) == (None, None)


def test_the_closing_that_came_last_counts_and_one_with_a_time_before_one_without() -> None:
    first, last = row(how="HELPED", arrived="2:00:00 PM"), row(how="ARREST", arrived="3:00:00 PM")
    without = row(how="REPORT")
    for rows in ([first, last, without], [without, last, first], [last, without, first]):
        (ended,) = endings([read(*rows)])
        assert ended.disposition == "ARREST"


def test_a_call_in_two_files_is_one_call_as_first_reported_whatever_the_order_of_the_files() -> None:
    early = read(row(priority="3", time="1:00:00 PM"))
    late = read(row(priority="1", time="1:30:00 PM", how="ARREST", arrived="2:00:00 PM"), name="more.csv")
    for readings in ((early, late), (late, early)):
        (ended,) = endings(readings)
        assert (ended.report.priority, ended.disposition) == ("3", "ARREST")
        counts = counted(*readings)
        assert (counts.rows, counts.outcomes.calls, counts.repeats) == (2, 1, 1)


def test_a_report_and_a_row_of_one_call_make_one_call() -> None:
    line = (
        '{"call_id":"A1","reported_at":"2023-07-10T19:00:00Z","call_type":"PARKING",'
        '"closing":{"cleared_at":"2023-07-11T00:00:00Z","disposition":"ARREST"}}\n'
    )
    documents = read_stream(io.BufferedReader(io.BytesIO(line.encode())), (), ZONE, source="feed.ndjson")
    for readings in ([read(row()), documents], [documents, read(row())]):
        (ended,) = endings(readings)
        assert (ended.report.call_type, ended.disposition) == ("PARKING", "ARREST")


@given(st.permutations([row(time=f"{hour}:00:00 PM", priority=str(hour), how=how) for hour, how in enumerate(
    ("HELPED", "ARREST", "REPORT", "GONE"), start=1)]))  # fmt: skip
def test_the_order_of_rows_does_not_matter(rows: list[list[str]]) -> None:
    (ended,) = endings([read(*rows)])
    assert ended.report.priority == "1"
    assert ended.disposition == "REPORT", "of several closings without a time the last by name, as good as any"


def test_of_two_reports_of_one_moment_the_same_counts_whatever_the_order_of_the_rows() -> None:
    one, other = row(priority="3"), row(priority="2")
    assert [ended.report for ended in endings([read(one, other)])] == [
        ended.report for ended in endings([read(other, one)])
    ]


def test_every_row_is_counted_once() -> None:
    counts = counted(
        read(
            row("A1"),
            row("A1"),
            row("A2", how="ARREST"),
            row("A3", channel="ONVIEW"),
            row("A4", how="RADIO BROADCAST AND CLEAR"),
            row("A5", time="no time"),
        )
    )
    assert counts.rows == 6
    assert (counts.outcomes.calls, counts.repeats, counts.unreadable) == (2, 1, 1)
    assert counts.excluded == Counter({"on-view": 1, "broadcast": 1})
    assert counts.outcomes.by_outcome == Counter({"no_authority_used": 1, "authority_used": 1})


def test_names_that_no_table_has_are_counted() -> None:
    counts = counted(read(row("A1", how="ARRESTED"), row("A2", how="ARRESTED", final="WELFAR"), row("A3")))
    assert counts.unknown_dispositions == Counter({"ARRESTED": 2})
    assert counts.unknown_final_types == Counter({"WELFAR": 1})
    assert counts.named == Counter({"WELFARE CHECK": 3})


def test_calls_with_authority_used_by_their_final_type_alone_are_counted() -> None:
    rows = [("ARREST", "ROBBERY"), ("ARREST", "WELFARE CHECK"), ("CITED", "ROBBERY"), ("CITED", "PARKING")]
    alone = [("HELPED", "ROBBERY"), ("GONE", "ROBBERY"), ("REPORT", "ROBBERY"), ("NO SUCH CODE", "ROBBERY")]
    counts = counted(read(*[row(f"A{place}", how=how, final=final) for place, (how, final) in enumerate(rows + alone)]))
    assert (counts.outcomes.authority_used.number, counts.by_final_type_alone) == (7, 4)


def test_the_month_is_the_agencys_own() -> None:
    line = '{"call_id":"A1","reported_at":"2023-08-01T06:00:00Z","call_type":"PARKING"}\n'  # 31 July, 23:00
    reading = read_stream(io.BufferedReader(io.BytesIO(line.encode())), (), ZONE, source="feed.ndjson")
    assert [call.month for call in counted(reading).calls] == ["2023-07"]


def test_of_no_file_there_are_no_calls_and_no_shares() -> None:
    counts = counted()
    assert counts.outcomes.calls == 0
    assert counts.outcomes.authority_used.share is None
    assert counts.outcomes.share("excluded") == 0
    assert (groups(counts, "route"), groups(counts, "month"), type_rows(counts)) == ([], [], [])


# What would be advised, with nothing asked.


def test_a_call_that_the_rules_give_to_a_cso_reaches_one_without_a_question() -> None:
    advice = ADVISE(report())
    assert (advice.route, advice.because, advice.away) == ("cso", ("welfare",), None)
    assert advice.reaches_cso


def test_a_call_that_one_safe_answer_gives_to_a_cso_is_one_question_away() -> None:
    advice = ADVISE(report("DISPUTE", facts=Facts(violence=False)))
    assert (advice.route, advice.away, advice.away_by) == ("sworn", "cso", "domestic")
    assert advice.because == ("no-rule-allows",)
    assert advice.reaches_cso


def test_a_call_with_two_questions_to_answer_is_not_one_question_away() -> None:
    advice = ADVISE(report("DISPUTE"))
    assert (advice.route, advice.asks) == ("sworn", "violence")
    assert (advice.away, advice.away_by, advice.reaches_cso) == (None, None, False)


def test_a_known_danger_is_no_question_away_from_anything() -> None:
    advice = ADVISE(report("ROBBERY"))
    assert (advice.route, advice.dangers, advice.asks, advice.away) == ("sworn", ("weapon",), None, None)


def test_a_route_that_is_no_officers_is_not_away_from_anything() -> None:
    assert [(ADVISE(report(name)).route, ADVISE(report(name)).away) for name in ("PARKING", "PERSON IN CRISIS")] == [
        ("other_agency", None),
        ("co_response", None),
    ]


def test_a_csos_call_that_a_question_could_give_to_both_is_not_away_from_anything() -> None:
    both = rule(
        "together", "allow_co_response", when={"behavioral_crisis": (True,)}, programme="navigation", wait_minutes=30
    )
    advice = Adviser(Desk(SMALL_POLICY.model_copy(update={"rules": (*SMALL_POLICY.rules, both)})))(report())
    assert (advice.route, advice.asks, advice.away) == ("cso", "behavioral_crisis", None)


def test_one_question_may_lead_to_another_route_than_a_cso() -> None:
    advice = ADVISE(report("PARKING", priority=None, facts=Facts()))
    assert advice.route == "sworn", "an unknown priority may be an emergency"
    assert advice.away is None, "nobody asks a caller for CAD's priority"
    policy = SMALL_POLICY.model_copy(
        update={"rules": (*SMALL_POLICY.rules, rule("unsafe", "require_sworn", when={"unsafe_approach": (True,)}))}
    )
    asked = Adviser(Desk(policy))
    assert [(asked(report(name)).away, asked(report(name)).away_by) for name in ("PARKING", "PERSON IN CRISIS")] == [
        ("other_agency", "unsafe_approach"),
        ("co_response", "unsafe_approach"),
    ]


def test_of_a_question_without_an_order_of_danger_any_answer_may_open_the_way() -> None:
    when = {"nature": ("SUSP",), "follow_up": (True,)}
    allowed = rule("follow-up", "allow_cso", when=when, programme="community", wait_minutes=60)
    policy = SMALL_POLICY.model_copy(update={"rules": (*SMALL_POLICY.rules, allowed)})
    advice = Adviser(Desk(policy))(report("SUSPICIOUS", facts=Facts(weapon=False, violence=False)))
    assert (advice.away, advice.away_by) == ("cso", "follow_up")


def test_an_unknown_call_type_is_sworn_and_no_question_changes_that() -> None:
    advice = ADVISE(report("NO SUCH TYPE"))
    assert (advice.route, advice.because, advice.away) == ("sworn", ("call-type-not-mapped",), None)


def test_words_in_a_narrative_count_as_they_do_in_a_run() -> None:
    assert ADVISE(report(narrative="he has a knife")).dangers == ("weapon",)
    assert ADVISE(report(narrative="he has no knife")).route == "cso"


def test_advice_is_that_of_the_rules_alone_whether_or_not_the_policy_wants_a_classifier() -> None:
    advice = Adviser(Desk(SMALL_POLICY.model_copy(update={"classifier": "required"})))(report())
    assert (advice.route, advice.because) == ("cso", ("welfare",))


# Groups.


def some_counts() -> Counts:
    return counted(
        read(
            *[row(f"A{number}", how=how) for number, how in enumerate(["HELPED", "HELPED", "ARREST", "GONE"])],
            *[row(f"B{number}", call_type="DISPUTE", priority="2") for number in range(3)],
            row("C1", call_type="PARKING", how="CITED", final="PARKING", time="2:00:00 PM"),
            row("D1", call_type="DISPUTE", priority="-", how="-"),
        )
    )


@pytest.mark.parametrize("by", ["route", "type", "priority", "month"])
def test_the_groups_add_up_to_all_calls(by: str) -> None:
    counts = some_counts()
    found = groups(counts, by)  # type: ignore[arg-type]
    whole = sum((group.outcomes.by_outcome for group in found if group.away is None), Counter[Outcome]())
    assert whole == counts.outcomes.by_outcome


def test_routes_stand_in_order_and_what_one_question_could_move_follows_sworn() -> None:
    policy = SMALL_POLICY.model_copy(
        update={"rules": (*SMALL_POLICY.rules, rule("unsafe", "require_sworn", when={"unsafe_approach": (True,)}))}
    )
    counts = count(policy, CODES, [read(row("A1"), row("A2", call_type="PARKING"), row("A3", call_type="ROBBERY"))])
    assert [(group.name, group.away, group.outcomes.calls) for group in groups(counts, "route")] == [
        ("sworn", None, 3),
        ("sworn", "cso", 1),
        ("sworn", "other_agency", 1),
    ]


def test_types_stand_by_their_calls_and_priorities_in_order_with_those_that_have_none() -> None:
    counts = some_counts()
    assert [(group.name, group.outcomes.calls) for group in groups(counts, "type")] == [
        ("DISPUTE", 4),
        ("WELFARE CHECK", 4),
        ("PARKING", 1),
    ]
    assert [group.name for group in groups(counts, "priority")] == ["2", "3", "not stated"]


# Call types that deserve a second look.

CSO = Advice("cso", ("welfare",), (), None, None, None)
AWAY = Advice("sworn", ("violence",), (), "violence", "cso", "violence")
SWORN = Advice("sworn", ("weapon",), ("weapon",), None, None, None)


def ended(advice: Advice, used: int, not_used: int) -> Counter[Call]:
    base = Call("A TYPE", "3", "911", "2023-07", advice, "authority_used")
    return Counter({base: used, base._replace(outcome="no_authority_used"): not_used})


def of(calls: Counter[Call]) -> Counts:
    return Counts(0, 0, Counter(), 0, calls, Counter(), Counter(), Counter(), 0)


@pytest.mark.parametrize("advice", [CSO, AWAY])
@pytest.mark.parametrize(
    ("used", "not_used", "flagged"),
    [
        (0, 10, False),
        (1, 19, False),  # 5.0 %, not above it
        (1, 18, False),  # 5.3 %, but the interval begins at 0.9 %
        (1, 17, False),  # 5.6 %, the interval begins just under 1 %
        (1, 16, True),  # 5.9 %, and it begins at 1.05 %
        (5, 95, False),  # 5.0 %
        (6, 94, True),
        (1, 0, True),
        (0, 0, False),
    ],
)
def test_a_type_that_reaches_a_cso_is_flagged_from_the_stated_share_on(
    advice: Advice, used: int, not_used: int, flagged: bool
) -> None:
    (found,) = type_rows(of(ended(advice, used, not_used)))
    assert found.flagged is flagged


def test_a_type_that_no_cso_is_sent_to_is_never_flagged() -> None:
    (found,) = type_rows(of(ended(SWORN, 50, 50)))
    assert not found.flagged
    assert found.reaching == Outcomes(Counter())


def test_only_the_calls_of_a_type_that_reach_a_cso_flag_it() -> None:
    (found,) = type_rows(of(ended(SWORN, 50, 0) + ended(CSO, 0, 30)))
    assert (found.flagged, found.calls, found.reaching.calls) == (False, 80, 30)
    assert found.routes == Counter({"sworn": 50, "cso": 30})
    assert found.advice == SWORN
    (turned,) = type_rows(of(ended(SWORN, 0, 50) + ended(CSO, 10, 20)))
    assert turned.flagged


# What a code means.


def test_a_call_type_is_told_with_what_it_means_where_its_name_does_not_say_it(tmp_path: Path) -> None:
    (tmp_path / "call_types.csv").write_text(
        "call_type,description,canonical\n415,DISTURBING  PEACE,CDX\n--noise,Noise,NOISE\nCW,,WELFARE\n",
        encoding="utf-8",
    )
    descriptions = read_descriptions(tmp_path)
    assert descriptions == {"415": "DISTURBING PEACE"}
    (found,) = type_rows(of(Counter({Call("415", "3", None, "2023-07", CSO, "not_stated"): 1})))
    assert titled(found, descriptions) == "415 (DISTURBING PEACE)"
    assert titled(found, {}) == "415"


def test_a_table_without_descriptions_has_none(tmp_path: Path) -> None:
    (tmp_path / "call_types.csv").write_text("call_type,canonical\n415,CDX\n", encoding="utf-8")
    assert read_descriptions(tmp_path) == {}


# Why a type may stay.

ACCEPTED_HEADER = "call_type,reason,source\n"


def accepted(folder: Path, text: str) -> Path:
    (folder / "accepted_risks.csv").write_text(text, encoding="utf-8")
    return folder


def test_a_reason_is_found_by_the_name_of_its_call_type(tmp_path: Path) -> None:
    found = read_accepted(
        accepted(tmp_path, f"{ACCEPTED_HEADER}--welfare  check,Ask first.,assumption\n"), SMALL_POLICY
    )
    assert found == {"WELFARE CHECK": ("Ask first.", "assumption")}


def test_an_agency_without_the_file_accepts_nothing(tmp_path: Path) -> None:
    assert read_accepted(tmp_path, SMALL_POLICY) == {}


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (
            "WELFAR CHECK,Why.,assumption\n",
            (
                "accepted_risks.csv:2: call_type: `WELFAR CHECK` is not in the call-type table;"
                " did you mean `WELFARE CHECK`?"
            ),
        ),
        (
            "PARKING,Why.,assumption\nparking,Why.,assumption\n",
            "accepted_risks.csv:3: call_type: `PARKING` is already used in accepted_risks.csv:2",
        ),
        ("PARKING,,assumption\n", "accepted_risks.csv:2: reason: is missing"),
        ("PARKING,Why.\n", "accepted_risks.csv:2: the row has 2 cells, the header 3: is a comma not in quotes?"),
    ],
)
def test_a_reason_that_cannot_be_meant_is_refused_by_line_and_field(tmp_path: Path, text: str, wrong: str) -> None:
    with pytest.raises(RulebookError) as refused:
        read_accepted(accepted(tmp_path, ACCEPTED_HEADER + text), SMALL_POLICY)
    assert str(refused.value) == wrong


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"call_type;reason\n", b"call_type,reason,source,more\n"])
def test_a_file_that_is_no_such_table_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "accepted_risks.csv").write_bytes(data)
    with pytest.raises(RulebookError, match=r"^accepted_risks\.csv:"):
        read_accepted(tmp_path, SMALL_POLICY)


def test_every_outcome_has_words() -> None:
    assert set(OUTCOMES) == set(WANTED.values()) | {"not_stated"}
