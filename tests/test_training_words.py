import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.card_examples import (
    AGENCY,
    BORROWED,
    CARD,
    DIGEST,
    NO_CEILING,
    NOTHING_SENT,
    PERFORMANCE,
    WITHHELD,
)
from tests.small_model import model
from triage.training import cuts as suppression
from triage.training.card import Card, Cut
from triage.training.card_words import FORBIDDEN, INTENDED, account, in_short
from triage.training.figure_words import SMALL, cuts, performance
from triage.training.metrics import exact
from triage.training.sheet import Grid, Points, Section, Words, ceiling, day, estimate, interval, listed, per_cent
from triage.training.table_words import NO_NAMES, Names, features, no_opinion


def told(card: Card = CARD, names: Names = NO_NAMES) -> tuple[Section, ...]:
    borrowed = card is BORROWED
    return account(card, model(agency=AGENCY, ceiling=card.certificate.ceiling, borrowed=borrowed), DIGEST, names)


def section(title: str, sections: tuple[Section, ...]) -> Section:
    (found,) = [one for one in sections if one.title == title]
    return found


def prose(found: Section) -> str:
    return " ".join(
        block.text if isinstance(block, Words) else " ".join(block.items)
        for block in found.blocks
        if isinstance(block, Words | Points)
    )


def cells(found: Section) -> list[tuple[str, ...]]:
    return [row for block in found.blocks if isinstance(block, Grid) for row in block.rows]


@pytest.mark.parametrize("card", [CARD, NO_CEILING, BORROWED])
def test_every_row_of_every_table_has_a_cell_for_each_column(card: Card) -> None:
    grids = [block for found in told(card) for block in found.blocks if isinstance(block, Grid)]
    assert len(grids) > 15
    for grid in grids:
        assert {len(row) for row in grid.rows} <= {len(grid.columns)}
        assert {*grid.right, *grid.whole} <= set(range(len(grid.columns)))


def test_the_caveats_come_first_then_what_it_is_for_and_not_for() -> None:
    found = told()
    assert [one.title for one in found[:3]] == ["Read this first", "What it is for", "What it must not be used for"]
    assert prose(found[0]).startswith(CARD.caveats[0])
    assert prose(found[1]) == " ".join(INTENDED)
    assert prose(found[2]) == " ".join(FORBIDDEN)


@pytest.mark.parametrize(
    "use", ["To send a CSO", "persons or places", "patrols", "staffing", "discipline", "needs an officer"]
)
def test_every_forbidden_use_is_named(use: str) -> None:
    assert any(use in line for line in FORBIDDEN)


def test_a_card_without_a_caveat_is_not_read_as_a_model_without_one() -> None:
    bare = CARD.model_copy(update={"caveats": ()})
    assert "Every model has some" in prose(told(bare)[0])


def test_calls_without_a_decided_outcome_are_shown_as_left_out_with_their_share() -> None:
    rows = cells(section("What it learnt from", told()))
    assert ("undetermined", "37,850", "59.1%", "left out") in rows
    assert ("authority used", "1,930", "3.02%", "decided") in rows


def test_a_borrowed_model_says_whose_outcomes_were_learnt_from() -> None:
    found = told(BORROWED)
    rows = [row[:2] for row in cells(section("What it learnt from", found))]
    assert (AGENCY, "not learnt from") in rows
    assert ("Metropolis Police (another agency)", "learnt from") in rows
    assert section("On the agency's own calls, none of which was learnt from", found)
    assert ("outcomes of the agency", "none: it is borrowed") in cells(section("Which model this is", found))


def test_the_chosen_candidate_is_marked_and_the_best_named() -> None:
    rows = {row[0]: row for row in cells(section("How it was chosen", told()))}
    assert rows["* hierarchy"][3] == "+0.0009 ± 0.0011"
    assert rows["circumstances"][3] == "best"
    assert "* chosen: the simplest" in prose(section("How it was chosen", told()))


def test_the_ceiling_says_what_it_rests_on() -> None:
    said = prose(section("The ceiling", told()))
    assert "From a risk of 2.6% on a CSO is withheld." in said
    assert "authority was used in 1 of 520 calls; with 95% confidence that is at most 0.91% (exact binomial)" in said
    assert "at least 299 calls" in said
    assert "Calls of: Smallville Police." in said


def test_where_no_ceiling_satisfied_the_limit_it_says_so_plainly_and_why() -> None:
    found = told(NO_CEILING)
    said = prose(section("The ceiling", found))
    assert "No ceiling satisfied the limit of 1.00%: every CSO is withheld." in said
    assert "The first that was tested, 1.4%, sends 240 decided calls" in said
    assert "None of them" not in said
    assert "with the model none of them goes to a CSO" in prose(found[0])
    none = NO_CEILING.model_copy(update={"certificate": NO_CEILING.certificate.model_copy(update={"tested": ()})})
    assert "There was no call to test a ceiling with." in prose(section("The ceiling", told(none)))


def test_ceilings_that_were_tested_are_shown_in_order_with_the_one_that_ended_it() -> None:
    rows = [row for row in cells(section("The ceiling", told())) if len(row) == 5]
    assert [row[0] for row in rows] == ["1.4%", "1.8%", "2.2%", "2.6%", "3.1%"]
    assert [row[4] for row in rows] == ["satisfied"] * 4 + ["not satisfied"]


def test_what_a_feature_adds_is_calibrated_and_named_with_what_the_code_means() -> None:
    names = Names({"ROBBERY": "Robbery", "PARKING": "Parking"}, {"DISPUTE": "A row"})
    rows = {row[0]: row for row in cells(features(model(), names))}
    assert rows["canonical type"][2].startswith("Robbery (ROBBERY) +7.5; MNTL +0.8")
    assert rows["canonical type"][3].startswith("Parking (PARKING) -3.0; WELFARE -0.8")
    assert rows["the agency's type"][2] == "DISPUTE (A row) +0.2"
    assert rows["channel"][3] == "none"
    assert rows["canonical type and hours together"][2] == "CDX, at 00-03 o'clock +0.8"


def test_where_there_is_no_opinion_stands_with_its_figures() -> None:
    found = no_opinion(model(), NO_NAMES)
    rows = {row[0]: row for row in cells(found)}
    assert rows["RUNAWAY"][1:3] == ("12", "none, too few calls")
    assert rows["CDX"] == ("CDX", "300", "yes", "domestic, violence")
    assert "5 of the 6 canonical types" in prose(found)
    assert "at least 30 decided calls" in prose(found)
    assert "may not exceed 0.25" in prose(found)


def test_figures_stand_with_what_they_are_of_and_their_exact_interval() -> None:
    rows = cells(performance(PERFORMANCE, "On the test part")[0])
    assert ("authority used, by rules and model", "1", "111", "decided calls sent", "0.90%", "0.02-4.92") in rows
    assert ("402", "60.2%", "still sent to a CSO") in rows


def test_what_is_held_back_is_counted_by_kind_and_then_by_reason() -> None:
    rows = cells(performance(PERFORMANCE, "x")[0])
    assert ("61", "9.13%", "no opinion: too few calls of this type") in rows
    assert ("40", "too few calls of this type: training saw 12 of RUNAWAY, 30 are needed") in rows
    kinds = [int(row[0]) for row in rows if len(row) == 3]
    assert sum(kinds) == PERFORMANCE.sent_by_rules.number


def test_one_reason_for_all_is_told_whole() -> None:
    rows = cells(performance(NO_CEILING.test, "x")[0])
    assert ("668", "100.0%", f"no opinion: {WITHHELD}") in rows


def test_figures_of_nothing_are_said_to_be_of_nothing() -> None:
    found = (*performance(NOTHING_SENT, "x"), cuts(NOTHING_SENT))
    assert "The rules send no call to a CSO" in prose(found[0])
    assert "off by - " in prose(found[1])
    assert prose(found[2]) == "There is no call to show this for."
    assert prose(found[3]) == "There is no call."


def test_hidden_groups_are_shown_as_such_last_and_with_the_rule() -> None:
    found = cuts(PERFORMANCE)
    beats = next(block for block in found.blocks if isinstance(block, Grid))
    assert [row[0] for row in beats.rows] == ["C1", "C2", "C3", "C7", "C9"]
    assert set(beats.rows[-1][1:]) == {"hidden"}
    assert "2 of 5 groups are hidden." in prose(found)
    assert f"hidden: a group of fewer than {SMALL} calls" in prose(found)
    assert suppression.CALLS_MIN == SMALL


def test_hours_stand_in_the_order_of_the_day() -> None:
    hours = [block for block in cuts(PERFORMANCE).blocks if isinstance(block, Grid)][1]
    assert [row[0] for row in hours.rows] == ["00-03", "04-07", "08-11", "12-15", "16-19", "20-23"]
    hidden = Cut(value="00-03", calls=None, sent_by_rules=None, sent=None, used=None)
    groups = (hidden, *PERFORMANCE.cuts["hours"][1:])
    few = cuts(PERFORMANCE.model_copy(update={"cuts": {"hours": groups}}))
    assert [row[0] for row in cells(few)] == ["04-07", "08-11", "12-15", "16-19", "20-23", "00-03"]


def test_groups_are_compared_where_there_are_two_that_are_large_enough() -> None:
    assert "goes from 3.26% (C3) to 4.61% (C1)" in prose(cuts(PERFORMANCE))
    none = PERFORMANCE.model_copy(update={"cuts": {"channel": _channels(0, 0)}})
    assert "Of every group with at least 100 calls 0.00% are sent" in prose(cuts(none))
    one = PERFORMANCE.model_copy(update={"cuts": {"channel": _channels(3)}})
    assert "so none are compared" in prose(cuts(one))


def _channels(*sent: int) -> tuple[Cut, ...]:
    used = exact(1, 50)
    return tuple(
        Cut(value=f"c{place}", calls=200, sent_by_rules=10, sent=number, used=used) for place, number in enumerate(sent)
    )


def test_in_short_it_says_what_the_model_changes() -> None:
    assert in_short(PERFORMANCE, 0.026) == (
        "Of 9,600 calls the rules alone send 668 to a CSO; authority was used in 5 of 181: 2.76% (0.90-6.33) of those"
        " whose outcome is known. With the model 402 still go, and authority was used in 1 of 111: 0.90% (0.02-4.92)."
    )


def test_figures_are_written_with_as_many_places_as_count() -> None:
    assert [per_cent(share) for share in (0, 0.0073, 0.0999, 0.1, 1)] == ["0.00%", "0.73%", "9.99%", "10.0%", "100.0%"]
    assert (interval(0.0015, 0.0211), interval(0.05, 0.2)) == ("0.15-2.11", "5.0-20.0")
    assert (ceiling(0.026), ceiling(0.0123456)) == ("2.6%", "1.235%")
    assert (estimate(exact(0, 0)), day(CARD.sources[0].first)) == ("0 of 0", "2022-01-01")
    assert [listed(names) for names in ([], ["A"], ["A", "B", "C"])] == ["none", "A", "A, B and C"]


@given(st.integers(0, 500), st.integers(0, 500))
def test_no_share_is_written_without_what_it_is_of(number: int, more: int) -> None:
    assert estimate(exact(number, number + more)).startswith(f"{number:,} of {number + more:,}")
