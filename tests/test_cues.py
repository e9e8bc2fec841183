"""What a narrative raises, what a negation takes back, and that no text can make reading it slow or fail."""

import sys
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.domain.cues import PHRASE_WORDS_MAX, SMALL_WORDS, CueMatcher, UnusableCueError
from triage.domain.facts import FACTS, Facts, FactValue
from triage.domain.policy import Cue
from triage.domain.report import NARRATIVE_MAX_CHARACTERS
from triage.rulebook import load

SEATTLE = load(Path(__file__).parents[1] / "config" / "seattle")
MATCHER = CueMatcher(SEATTLE.cues, SEATTLE.negations)
DANGERS = [(cue, word) for cue in SEATTLE.cues if FACTS[cue.fact].ordered for word in cue.words]
LOOKS_PER_CHARACTER_MAX = 40
"""Lines of Python that reading one character may cost at most; a text of one-letter words costs the most."""


def cue(name: str, *words: str, fact: str = "weapon", value: FactValue = True) -> Cue:
    return Cue(id=name, fact=fact, value=value, words=words)


def raised(narrative: str) -> dict[str, FactValue]:
    return MATCHER.find(narrative)[0].model_dump(exclude_none=True)


@pytest.mark.parametrize(
    ("narrative", "facts"),
    [
        ("He is holding a KNIFE", {"weapon": True}),
        ("two males punching each other", {"violence": True}),
        ("caller found him not breathing, no pulse", {"medical_emergency": True}),
        ("woman says she is suicidal", {"suicide": "ideation", "behavioral_crisis": True}),
        ("in violation of a no-contact order", {"order_violation": True}),
        ("he locked himself in", {"barricaded": True}),
        ("she wants police", {"police_requested": True}),
        ("homeless man in a tent", {"need": "shelter"}),
        ("argument with a neighbor about a fence", {"dispute": "neighbour"}),
        ("the landlord changed the locks", {"dispute": "landlord_tenant"}),
        ("runaway is hungry", {"juvenile": True, "need": "food"}),
        ("caller speaks somali", {"language": "somali"}),
        ("a drunk is asleep on the bus", {"intoxicated": True}),
        ("a white van is parked across the driveway", {}),
        ("took a shot of vodka, battery is dead, the bat flew off", {}),
    ],
)
def test_words_raise_the_fact_that_they_stand_for(narrative: str, facts: dict[str, FactValue]) -> None:
    assert raised(narrative) == facts


@pytest.mark.parametrize(
    "narrative",
    [
        "no weapons",
        "NO WEAPONS SEEN",
        "denies having a knife",
        "no guns or knives",
        "no guns/knives",
        "no weapons no injuries",
        "no, no weapons",
        "not sure. No weapons",
        "did not see a gun",
        "did not see any guns",
        "didn't see any weapon",
        "didn\u2019t see a weapon",
        "without a weapon",
        "w/o weapons",
        "neg wpns",
        "nobody was hurt",
        "no one is injured",
        "it was a non-violent talk",
        "has not been violent",
        "no visible injuries",
        "no sign of a weapon",
        "no need for medics",
        "he is unarmed",
    ],
)
def test_a_plain_negation_takes_a_danger_back(narrative: str) -> None:
    assert MATCHER.find(narrative) == (Facts(), ())


@pytest.mark.parametrize(
    "narrative",
    [
        "no, he has a knife",
        "no, knife in hand",
        "no sign. Of knife",
        "no pulse or knife",
        "no. knife in hand",
        "no\nknife in hand",
        "no\x00knife",
        "no - knife in hand",
        "no he has knife",
        "no but there is a knife",
        "not sure if he has a knife",
        "unsure about a knife",
        "don't know if he has a knife",
        "don\u2019t know if he has a knife",
        "no idea if knife",
        "no info on knife",
        "will not drop the knife",
        "did not drop knife",
        "did not see the knife",
        "no other knife",
        "not only a knife",
        "not without a knife",
        "did not deny having a knife",
        "no guns, knife in hand",
        "no gun and knife",
        "no gun knife",
        "apt no 12 knife",
        "no answer knife",
        "unknown knife",
        "no weapons but a knife",
        "not the man with the big old knife",
    ],
)
def test_in_doubt_a_danger_counts(narrative: str) -> None:
    facts, ids = MATCHER.find(narrative)

    assert facts.weapon is True
    assert "weapon-blade" in ids


def test_one_who_will_not_stop_is_violent() -> None:
    assert raised("he won't stop punching him") == {"violence": True}
    assert raised("he will not stop punching him") == {"violence": True}


def test_not_within_a_cue_negates_nothing_after_it() -> None:
    assert raised("not breathing, weapon near him")["weapon"] is True
    assert raised("not breathing weapon near him")["weapon"] is True


def test_a_negation_counts_within_three_words_and_only_over_small_ones() -> None:
    matcher = CueMatcher((cue("knife", "knife"),), ("no",))

    assert matcher.find("no sign of knife") == (Facts(), ())
    assert matcher.find("no sign of a knife") == (Facts(weapon=True), ("knife",))
    assert matcher.find("no rusty knife") == (Facts(weapon=True), ("knife",))


def test_a_word_negated_once_counts_where_it_is_said_again() -> None:
    assert raised("no knife. Then he pulled a knife") == {"weapon": True}


def test_of_several_cues_the_most_dangerous_value_counts_whatever_their_order() -> None:
    for narrative in ("suicidal, tried to kill himself", "tried to kill himself, is suicidal"):
        facts, ids = MATCHER.find(narrative)

        assert facts.suicide == "attempt"
        assert {"suicide-thoughts", "suicide-attempt"} <= set(ids)


def test_of_a_fact_without_order_the_first_value_in_the_text_counts() -> None:
    assert raised("hungry and homeless") == {"need": "food"}
    assert raised("homeless and hungry") == {"need": "shelter"}


def test_the_ids_of_all_cues_that_hit_come_sorted() -> None:
    names = [f"cue-{number}" for number in range(99, 10, -1)]
    matcher = CueMatcher((*(cue(name, "gun", "a gun") for name in names), cue("rifle", "rifle")), ())

    assert matcher.find("a gun, a gun") == (Facts(weapon=True), tuple(sorted(names)))


def test_a_cue_needs_whole_words() -> None:
    matcher = CueMatcher((cue("gun", "gun", "no gun shop"),), ())

    assert matcher.find("gunner begun shotgunned guns") == (Facts(), ())
    assert matcher.find("(gun)") == matcher.find("gun's") == matcher.find("toy-gun_1") == (Facts(weapon=True), ("gun",))


@pytest.mark.parametrize(
    "narrative",
    [
        "RESTRAINING ORDER",
        "restraining\norder",
        "restraining\r\n  order",
        "restraining-order",
        "restraining, order",
        "restraining\u00a0order",
        "re\u00adstraining or\u200bder",
        "r\u00e9straining \uff4f\uff52\uff44\uff45\uff52",
        "\u202erestraining order",
    ],
)
def test_case_line_ends_hyphens_and_odd_characters_do_not_hide_a_phrase(narrative: str) -> None:
    assert raised(narrative) == {"order_violation": True}


def test_apostrophes_may_be_straight_curly_or_missing() -> None:
    for narrative in ("won't come out", "won\u2019t come out", "won\u02bct come out", "wont come out"):
        assert raised(narrative) == {"barricaded": True}


@pytest.mark.parametrize("word", ["", "   ", "!!!", "\x00", "_"])
def test_a_cue_without_a_word_is_refused(word: str) -> None:
    with pytest.raises(UnusableCueError, match=rf"cue `odd`: .* has 0 words; valid: 1 to {PHRASE_WORDS_MAX}"):
        CueMatcher((Cue.model_construct(id="odd", fact="weapon", value=True, words=(word,)),), ())


def test_a_cue_or_negation_of_too_many_words_is_refused() -> None:
    long = " ".join(["very"] * (PHRASE_WORDS_MAX + 1))

    with pytest.raises(UnusableCueError, match=r"cue `long`: .* has 9 words"):
        CueMatcher((cue("long", long),), ())
    with pytest.raises(UnusableCueError, match=r"cue `negations`: .* has 9 words"):
        CueMatcher((), (long,))


@pytest.mark.parametrize(
    ("fact", "value", "message"),
    [
        ("wepon", True, "no narrative raises `wepon`; did you mean `weapon`"),
        ("severity", "grave", "no narrative raises `severity`"),
        ("nature", "WELFARE", "no narrative raises `nature`"),
        ("suicide", "atempt", "`suicide` cannot be `atempt`; did you mean `attempt`"),
        ("weapon", "true", "`weapon` cannot be `true`; did you mean `true`"),
    ],
)
def test_a_cue_for_no_fact_or_no_value_of_it_is_refused(fact: str, value: FactValue, message: str) -> None:
    with pytest.raises(UnusableCueError, match=f"cue `odd`: {message}"):
        CueMatcher((cue("odd", "odd", fact=fact, value=value),), ())


def test_without_cues_nothing_is_raised() -> None:
    assert CueMatcher((), ("no",)).find("no gun, a gun") == (Facts(), ())


def test_every_word_of_the_seattle_cues_raises_its_own_fact() -> None:
    for entry in SEATTLE.cues:
        for word in entry.words:
            facts, ids = MATCHER.find(f"Caller says {word} there")

            assert entry.id in ids, word
            assert getattr(facts, entry.fact) is not None, word


def test_every_seattle_negation_takes_a_danger_back() -> None:
    for negation in SEATTLE.negations:
        assert MATCHER.find(f"{negation} weapon") == (Facts(), ()), negation


def test_no_danger_is_a_small_word_that_a_negation_reaches_over() -> None:
    assert not [word for _, word in DANGERS if word in SMALL_WORDS]


@given(st.text())
def test_any_text_can_be_read(narrative: str) -> None:
    facts, ids = MATCHER.find(narrative)

    assert (facts == Facts()) == (not ids)
    assert list(ids) == sorted(set(ids))


@given(st.text(alphabet="no't.,-/\n\x00\u2019\u0301 knifegu", max_size=200))
def test_any_text_out_of_pieces_of_cues_can_be_read(narrative: str) -> None:
    facts, ids = MATCHER.find(narrative)

    assert (facts == Facts()) == (not ids)


@given(st.text(), st.sampled_from(DANGERS), st.text(), st.sampled_from([". ", ", ", "\n", "; ", " he has "]))
def test_a_danger_that_nobody_negates_always_counts(
    before: str, danger: tuple[Cue, str], after: str, between: str
) -> None:
    entry, word = danger
    spec = FACTS[entry.fact]

    facts, ids = MATCHER.find(f"{before}{between}{word} {after}")

    assert entry.id in ids
    assert spec.rank(getattr(facts, entry.fact)) >= spec.rank(entry.value)


@given(st.lists(st.sampled_from([*SEATTLE.negations, "knife", "a", "or", "he", ",", ".", "man", "hurt"]), max_size=12))
def test_a_negation_only_ever_takes_away(words: list[str]) -> None:
    without_negations = CueMatcher(SEATTLE.cues, ())
    narrative = " ".join(words)

    assert set(MATCHER.find(narrative)[1]) <= set(without_negations.find(narrative)[1])


def hostile(unit: str) -> str:
    return (unit * NARRATIVE_MAX_CHARACTERS)[:NARRATIVE_MAX_CHARACTERS]


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        "no ",
        "- ",
        "'",
        "/",
        "no a an any of ",
        "knife ",
        "no knife or ",
        "gun to his ",
        "other side of the ",
        "would like to speak to an ",
        "talking to people who aren't ",
        "e\u0301",
        "\ufdfa",
        "\x00",
        "\ud800",
    ],
)
def test_the_work_grows_with_the_text_and_nothing_else(unit: str) -> None:
    text = hostile(unit)
    half, whole = work(text[: len(text) // 2]), work(text)

    assert whole <= 2.2 * half + 100
    assert whole <= LOOKS_PER_CHARACTER_MAX * len(text)


def work(text: str) -> int:
    """How many lines of Python it takes to read `text`: a count, so that a slow machine changes nothing."""
    lines = 0

    def count(_frame: FrameType, event: str, _argument: Any) -> Any:
        nonlocal lines
        lines += event == "line"
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        MATCHER.find(text)
    finally:
        sys.settrace(before)
    return lines
