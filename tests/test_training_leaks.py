from random import Random
from typing import Any

import pytest

from tests.training_rows import Told, agency, made_up, rows
from triage.classifiers.features import FEATURES
from triage.training.cells import read_cells
from triage.training.comparison import masks
from triage.training.errors import LeakError
from triage.training.leaks import CALLS_MIN, check_leaks
from triage.training.train import train

NAMES = tuple(FEATURES)


def figures(told: list[Told], names: tuple[str, ...] = NAMES) -> dict[str, float]:
    decided = [row for row in rows(told) if row.decided]
    return check_leaks(read_cells(decided, names, decided[0].agency), names, masks([decided]))


def test_honest_features_are_all_believable() -> None:
    found = figures(made_up(1200))
    assert max(found, key=found.__getitem__) in {"type", "nature", "weapon"}
    assert 0.75 < found["type"] < 0.95
    assert 0.4 < found["beat"] < 0.6, "which says nothing of the outcome"


def test_an_outcome_planted_in_the_beat_is_told() -> None:
    told = [call._replace(beat="R1" if call.ended == "ARREST" else "C1") for call in made_up(1200)]
    with pytest.raises(LeakError, match=r"feature `beat` alone tells .* with an AUC of 1.000; at most 0.97") as refusal:
        figures(told)
    assert refusal.value.feature == "beat"
    assert refusal.value.figure == 1.0
    assert "Was it filled in afterwards?" in str(refusal.value)
    without = str(refusal.value).partition("--features ")[2].split(",")
    assert without == [name for name in NAMES if name != "beat"]


def test_an_outcome_planted_in_the_own_type_is_told() -> None:
    told = [
        call._replace(call_type=call.call_type + (" A" if call.ended == "ARREST" else "")) for call in made_up(1200)
    ]
    with pytest.raises(LeakError, match=r"feature `type` alone tells .* \(and so do .*`nature`"):
        figures(told)


def test_an_outcome_planted_in_the_hour_is_told() -> None:
    told = [
        call._replace(hours=24 * day + (20 if call.ended == "ARREST" else 4)) for day, call in enumerate(made_up(1200))
    ]
    with pytest.raises(LeakError, match="feature `hours` alone"):
        figures(told)


def test_a_leak_with_a_little_noise_is_still_told() -> None:
    random = Random(3)
    told = [
        call._replace(beat="R1" if (call.ended == "ARREST") != (random.random() < 0.01) else "C1")
        for call in made_up(2000)
    ]
    with pytest.raises(LeakError, match="feature `beat` alone"):
        figures(told)


def test_without_the_leaking_feature_there_is_nothing_to_tell() -> None:
    told = [call._replace(beat="R1" if call.ended == "ARREST" else "C1") for call in made_up(1200)]
    assert "beat" not in figures(told, tuple(name for name in NAMES if name != "beat"))


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("priority", {"priority": ("3", "1")}),
        ("channel", {"channel": ("911", "ONVIEW")}),
        ("channel", {"channel": ("911", "")}),
        ("weekday", {"hours": (24, 48)}),
        ("beat", {"beat": ("C1", "")}),
    ],
)
def test_an_outcome_planted_in_any_column_is_told(name: str, told: dict[str, tuple[Any, Any]]) -> None:
    calls = [
        call._replace(hours=24 * 7 * week)._replace(
            **{column: values[call.ended == "ARREST"] for column, values in told.items() if column != "hours"}
        )
        for week, call in enumerate(made_up(400))
    ]
    if "hours" in told:
        calls = [call._replace(hours=call.hours + told["hours"][call.ended == "ARREST"]) for call in calls]
    with pytest.raises(LeakError, match=f"feature `{name}` alone tells .* with an AUC of 1.000"):
        figures(calls)


def of_two_features(number: int) -> list[Told]:
    """Calls whose type and priority together say how each ended, and neither alone."""
    trouble = {"DISPUTE", "PARKING"}
    return [
        call._replace(priority="23"[(call.call_type in trouble) ^ (call.ended == "ARREST")]) for call in made_up(number)
    ]


def test_a_leak_that_needs_two_features_to_read_is_told_of_what_reads_both() -> None:
    told = of_two_features(3000)
    assert max(figures(told).values()) < 0.97, "no feature tells it alone"
    with pytest.raises(LeakError, match=r"together, as `interactions` reads them, .* of 0.9.*though none does") as leak:
        train(agency(told))
    assert "`priority`" in str(leak.value)
    assert "`nature`" in str(leak.value)
    assert leak.value.figure > 0.97


def test_honest_features_together_are_believable() -> None:
    assert train(agency(made_up(3000))).card.compared


def test_too_few_later_calls_say_nothing_either_way() -> None:
    told = [call._replace(beat="R1" if call.ended == "ARREST" else "C1") for call in made_up(60)]
    assert sum(call.ended == "ARREST" for call in told) < CALLS_MIN
    assert figures(told) == {}


def test_a_value_that_never_comes_again_tells_nothing() -> None:
    told = [call._replace(beat=f"B{place}") for place, call in enumerate(made_up(1200))]
    assert 0.4 < figures(told)["beat"] < 0.6, "though the calls that it was learnt from are told apart by it"
