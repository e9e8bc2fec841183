from datetime import timedelta, timezone

from tests.card_examples import AGENCY, BORROWED, CARD, SHA, START
from triage.classifiers import CallToAssess
from triage.domain.events import Particulars
from triage.training.card import FileRead
from triage.training.history import Row
from triage.training.overlap import overlap

SAID = Particulars(call_type="NOISE", priority=None, channel=None, precinct=None, sector=None, beat=None)
NEW = FileRead(name="new.csv", sha256="9" * 64, rows=1)
TRAINED = FileRead(name="renamed.csv", sha256=SHA, rows=1)


def rows(*days: float) -> list[Row]:
    return [
        Row(AGENCY, CallToAssess({}, SAID, START + timedelta(days=day)), "no_authority_used", "cso") for day in days
    ]


def test_calls_from_after_all_parts_are_a_test() -> None:
    found = overlap(CARD, AGENCY, rows(364, 400), [NEW])
    assert found.is_test
    assert (found.train, found.calibrate, found.test, found.after) == (0, 0, 0, 2)
    assert found.words == "These calls are a test: all are from after those that the model was made and tested with."


def test_one_call_of_the_time_to_train_or_to_calibrate_makes_it_no_test() -> None:
    trained = overlap(CARD, AGENCY, rows(90, 400), [NEW])
    calibrated = overlap(CARD, AGENCY, rows(91, 400), [NEW])
    assert (trained.is_test, trained.train, trained.calibrate) == (False, 1, 0)
    assert (calibrated.is_test, calibrated.train, calibrated.calibrate) == (False, 0, 1)
    assert calibrated.words == (
        "This is no test: 1 of 2 calls are from before 2022-11-06, when what the model was trained and calibrated on"
        " ended (0 of the time to train, 1 of that to calibrate)."
    )


def test_the_last_call_of_a_part_belongs_to_it() -> None:
    last = [part.last for part in CARD.parts]
    found = overlap(CARD, AGENCY, rows(*((moment - START) / timedelta(days=1) for moment in last)), [NEW])
    assert (found.train, found.calibrate, found.test, found.after) == (1, 1, 1, 0)


def test_calls_from_before_the_first_part_count_to_it() -> None:
    assert overlap(CARD, AGENCY, rows(-400), [NEW]).train == 1


def test_calls_of_the_time_of_the_test_part_are_a_test_that_was_shown_before() -> None:
    found = overlap(CARD, AGENCY, rows(320, 400), [NEW])
    assert found.is_test
    assert found.words.startswith("1 of 2 calls are from the time of the part that the model was tested on")


def test_a_file_that_was_learnt_from_is_known_by_its_bytes_whatever_its_name() -> None:
    found = overlap(CARD, AGENCY, rows(400), [NEW, TRAINED])
    assert not found.is_test
    assert found.files == ("renamed.csv",)
    assert found.words.startswith("This is no test: the model was made from renamed.csv.")


def test_a_borrowed_model_is_tested_by_own_calls_of_any_time() -> None:
    found = overlap(BORROWED, AGENCY, rows(1), [TRAINED])
    assert found.is_test
    assert found.until is None
    assert found.words.startswith("No outcome of this agency is in the model")


def test_a_borrowed_model_is_not_tested_by_a_file_that_it_learnt_from() -> None:
    learnt = BORROWED.sources[1].files[0]
    assert not overlap(BORROWED, AGENCY, rows(1), [learnt]).is_test


def test_another_clock_does_not_move_a_call_into_another_part() -> None:
    moment = CARD.parts[0].last.astimezone(timezone(timedelta(hours=-8)))
    call = CallToAssess({}, SAID, moment)
    assert overlap(CARD, AGENCY, [Row(AGENCY, call, "no_authority_used", "cso")], [NEW]).train == 1
