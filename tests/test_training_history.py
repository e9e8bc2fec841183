from collections import Counter
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.san_diego import AGENCY, CALLS
from tests.small_policy import SMALL_POLICY
from tests.training_rows import CODES, MONDAY, Told, reading, rows
from triage.outcomes import count
from triage.rulebook import load, load_outcomes
from triage.sources import load_columns, read_file
from triage.training.history import history


def test_a_call_stands_once_as_it_was_first_reported_and_as_it_ended_last() -> None:
    first = Told("WELFARE CHECK", "REPORT", 1, call_id="A1")
    again = Told("ROBBERY", "ARREST", 3, call_id="A1")
    (row,) = history(SMALL_POLICY, CODES, [reading([again]), reading([first])])
    assert row.call.said.call_type == "WELFARE CHECK"
    assert row.outcome == "authority_used"
    assert row.call.reported_at == MONDAY + timedelta(hours=1)


def test_it_is_judged_by_the_rules_alone_with_nothing_asked() -> None:
    told = [Told("WELFARE CHECK"), Told("ROBBERY"), Told("PARKING"), Told("PERSON IN CRISIS"), Told("NO SUCH TYPE")]
    assert [row.route for row in rows(told)] == ["cso", "sworn", "other_agency", "co_response", "sworn"]


def test_a_policy_that_requires_a_classifier_sends_by_its_rules_the_same() -> None:
    required = SMALL_POLICY.model_copy(update={"classifier": "required"})
    assert [row.route for row in rows([Told(), Told("PARKING")], required)] == ["cso", "other_agency"]


def test_words_of_the_narrative_count_and_are_not_kept() -> None:
    calm, armed = rows([Told(), Told(narrative="he has a knife, SECRETWORD")])
    assert (calm.call.facts["weapon"], calm.route) == (False, "cso")
    assert (armed.call.facts["weapon"], armed.route) == (True, "sworn")
    assert "SECRETWORD" not in repr(armed)


def test_what_nobody_decided_says_nothing_of_authority() -> None:
    found = rows([Told(ended=ended) for ended in ("ARREST", "HELPED", "GONE", "REPORT", "")])
    assert [(row.outcome, row.decided, row.used) for row in found] == [
        ("authority_used", True, True),
        ("no_authority_used", True, False),
        ("no_contact", False, False),
        ("undetermined", False, False),
        ("not_stated", False, False),
    ]


def test_the_clock_is_the_agencys() -> None:
    (row,) = rows([Told(hours=1)])
    assert row.call.reported_at.isoformat() == "2023-01-02T01:00:00-08:00"
    assert row.call.reported_at.tzinfo == ZoneInfo("America/Los_Angeles")


def test_rows_in_any_order_and_in_any_files_give_the_same_history() -> None:
    told = [Told(hours=number // 2, call_id=f"A{number}", beat=f"C{number % 3}") for number in range(8)]
    whole = history(SMALL_POLICY, CODES, [reading(told)])
    assert history(SMALL_POLICY, CODES, [reading(told[5:][::-1]), reading(told[:5][::-1])]) == whole
    assert [row.call.said.beat for row in whole] == [call.beat for call in told]


def test_the_hour_that_clocks_show_twice_is_in_its_true_order() -> None:
    one_o_clock = 24 * 307  # on 5 November 2023, for the first time
    found = rows([Told(hours=one_o_clock + 1.5), Told(hours=one_o_clock + 0.75)])
    assert [row.call.reported_at.strftime("%H:%M %Z") for row in found] == ["01:45 PDT", "01:30 PST"]


def test_calls_that_say_the_same_share_one_answer_in_memory() -> None:
    first, second = rows([Told(hours=1), Told(hours=2)])
    assert first.call.facts is second.call.facts
    assert first.call.said is second.call.said


@pytest.mark.published_data
def test_it_counts_san_diego_as_outcomes_do() -> None:
    policy, codes = load(AGENCY), load_outcomes(AGENCY)
    found = [read_file(CALLS, load_columns(AGENCY / "columns"), ZoneInfo(policy.time_zone))]
    counts = count(policy, codes, found)
    by_route: Counter[tuple[str, str]] = Counter()
    for call, calls in counts.calls.items():
        by_route[call.advice.route, call.outcome] += calls
    assert Counter((row.route, row.outcome) for row in history(policy, codes, found)) == by_route
    assert by_route["cso", "no_authority_used"] == 595
