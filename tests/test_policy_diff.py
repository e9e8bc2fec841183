"""What differs between two policies, in words and in routes."""

from collections.abc import Callable, Mapping
from datetime import time
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.small_policy import RULES, SMALL_POLICY, call_type, rule
from triage.domain.desk import Desk
from triage.domain.events import Assessment, Evidence
from triage.domain.evidence import resolve
from triage.domain.facts import FACTS, Facts, FactSpec, FactValue
from triage.domain.policy import Cue, Policy, Rule
from triage.policy_diff import Change, PolicyDiff, diff
from triage.policy_diff.parts import TOLD_ELSEWHERE

WELFARE: Final = next(entry for entry in RULES if entry.id == "welfare")


def changed(**fields: object) -> Policy:
    return SMALL_POLICY.model_copy(update=fields)


def with_rule(name: str, **fields: object) -> Policy:
    """The small policy with one rule changed."""
    rules = (entry.model_copy(update=fields) if entry.id == name else entry for entry in RULES)
    return changed(rules=tuple(rules))


def without_rule(name: str) -> Policy:
    return changed(rules=tuple(entry for entry in RULES if entry.id != name))


def differs(after: Policy, before: Policy = SMALL_POLICY) -> PolicyDiff:
    return diff(before, after)


def only(found: PolicyDiff) -> Change:
    (change,) = found.changes
    return change


def test_the_same_policy_differs_in_nothing() -> None:
    found = differs(Policy.model_validate(SMALL_POLICY.model_dump()))
    assert found.is_same
    assert (found.moved, found.asked, found.changes) == ((), (), ())


def test_a_call_that_an_officer_had_to_take_and_a_cso_may_take_now_comes_first() -> None:
    after = changed(
        rules=(*(entry for entry in RULES if entry.id != "emergency"),),
        priorities={"1": "emergency", "2": "urgent"},
    )
    found = differs(after)
    first = found.moved[0]
    assert (first.call_type, first.before, first.after, first.direction) == ("RUNAWAY", "sworn", "cso", "looser")
    assert [(move.before, move.after) for move in found.moved[:4]] == [
        ("sworn", "cso"),
        ("sworn", "cso"),
        ("sworn", "other_agency"),
        ("sworn", "co_response"),
    ]
    assert first.priorities == ("1", None)
    assert first.channels == ("911", "ONVIEW", None)
    assert (first.combinations, first.of) == (6, 12)
    assert (first.because_before, first.because_after) == (("emergency",), ("runaway",))
    assert [change.direction for change in found.changes] == ["looser", "stricter"]


def test_a_call_type_that_only_one_policy_knows_is_sworn_in_the_other() -> None:
    after = changed(call_types=SMALL_POLICY.call_types[1:])
    moved = differs(after).moved
    assert {(move.call_type, move.after, move.because_after) for move in moved} == {
        ("WELFARE CHECK", "sworn", ("call-type-not-mapped",))
    }
    back = differs(SMALL_POLICY, before=after)
    assert {(move.before, move.after, move.direction) for move in back.moved} == {("sworn", "cso", "looser")}
    assert (only(back).kind, only(back).direction) == ("added", "looser")
    assert only(back).words[0].startswith("mapped to WELFARE; presumes ")


def test_a_call_type_that_nobody_confirmed_opens_nothing() -> None:
    under_review = call_type("SOMETHING NEW", "X-REVIEW", Facts())
    found = differs(changed(call_types=(*SMALL_POLICY.call_types, under_review)))
    assert found.moved == ()
    assert (only(found).kind, only(found).direction) == ("added", "neutral")
    assert "not reviewed by anybody, so sworn" in only(found).words[0]


def test_a_call_type_that_somebody_confirmed_is_looser() -> None:
    before = changed(call_types=(call_type("WELFARE CHECK", "X-REVIEW", Facts()), *SMALL_POLICY.call_types[1:]))
    change = only(differs(SMALL_POLICY, before=before))
    assert change.direction == "looser"
    assert change.words == ("now mapped to WELFARE, before not reviewed by anybody, so sworn",)


def test_other_questions_without_another_route_are_told_apart() -> None:
    after = changed(
        call_types=tuple(
            call_type("DISPUTE", "CDX", domestic=None) if entry.name == "DISPUTE" else entry
            for entry in SMALL_POLICY.call_types
        )
    )
    found = differs(after)
    assert found.moved == ()
    assert {(item.call_type, item.no_longer_asked, item.now_asked, item.direction) for item in found.asked} == {
        ("DISPUTE", ("violence",), (), "looser")
    }
    assert only(found).words == ("presumes `violence` no instead of unknown",)


def test_a_sworn_call_that_an_answer_can_now_change_is_looser() -> None:
    after = changed(rules=(*RULES, rule("susp", "allow_cso", when={"nature": ("SUSP",)}, programme="community")))
    found = differs(after)
    assert {(item.call_type, item.direction) for item in found.asked} == {("SUSPICIOUS", "looser")}
    back = differs(SMALL_POLICY, before=after)
    assert {item.direction for item in back.asked} == {"stricter"}


@pytest.mark.parametrize(
    ("after", "direction", "words"),
    [
        (without_rule("weapon"), "looser", ("an officer goes if `weapon` is yes",)),
        (
            without_rule("welfare"),
            "stricter",
            ("a CSO may go if `nature` is WELFARE", "programme navigation, waits 60 minutes"),
        ),
        (without_rule("together-in-crisis"), "either", None),
        (without_rule("parking-enforcement"), "stricter", None),
        (with_rule("welfare", wait_minutes=45), "stricter", ("waits 45 minutes instead of 60",)),
        (with_rule("welfare", wait_minutes=None), "stricter", ("waits 0 minutes instead of 60",)),
        (with_rule("runaway", vehicle=False), "looser", ("a vehicle is no longer needed",)),
        (with_rule("welfare", two_together=True), "stricter", ("two now go together",)),
        (
            with_rule("together-in-crisis", two_together=False),
            "looser",
            ("one CSO alone may now go, where two went together",),
        ),
        (with_rule("welfare", when={"nature": ("WELFARE", "NOISE")}), "looser", ("now also if `nature` is NOISE",)),
        (
            with_rule("welfare", when={"nature": ("WELFARE",), "suicide": ("none", "ideation")}),
            "stricter",
            ("now only if `suicide` is none or ideation",),
        ),
        (
            with_rule("calm-dispute", when={"nature": ("CDX",)}),
            "looser",
            ("now whatever `domestic` is; before only if `domestic` is none or verbal",),
        ),
        (with_rule("suicide-attempt", when={"suicide": ("ideation", "attempt")}), "stricter", None),
        (with_rule("suicide-attempt", when={"suicide": ("ideation",)}), "either", None),
        (
            with_rule("weapon", when={"weapon": (True,), "violence": (True,)}),
            "looser",
            ("now only if `violence` is yes",),
        ),
        (with_rule("weapon", effect="allow_cso", programme="youth"), "looser", None),
        (with_rule("welfare", effect="require_sworn"), "stricter", ("an officer goes instead of: a CSO may go",)),
        (with_rule("welfare", programme="youth"), "neutral", ("programme: youth instead of navigation",)),
        (with_rule("hurt", notify=None), "neutral", ("notify: nothing instead of seattle_fire",)),
        (with_rule("hurt", because="Other words."), "neutral", ("the reason now reads: Other words.",)),
        (with_rule("hurt", source="a directive"), "neutral", ("the source is now: a directive",)),
        (with_rule("calm-dispute", when={"nature": ("CDX",), "domestic": ("verbal", "none")}), "neutral", None),
        (with_rule("calm-dispute", when={"domestic": ("none", "verbal"), "nature": ("CDX",)}), "neutral", None),
        (changed(rules=RULES[::-1]), "neutral", None),
    ],
    ids=range(24),
)
def test_a_change_of_a_rule_is_said_in_words(after: Policy, direction: str, words: tuple[str, ...] | None) -> None:
    change = only(differs(after))
    assert (change.group, change.direction) == ("rule", direction)
    assert words is None or change.words == words


CUE: Final = SMALL_POLICY.cues[0]


@pytest.mark.parametrize(
    ("after", "group", "direction", "words"),
    [
        (
            changed(priorities={"1": "emergency", "2": "routine", "3": "routine"}),
            "priority",
            "looser",
            "means routine instead of urgent",
        ),
        (
            changed(priorities={"1": "emergency", "2": "urgent"}),
            "priority",
            "stricter",
            "means unknown instead of routine",
        ),
        (changed(priorities={"1": "emergency", "3": "routine", "2": "urgent"}), "priority", "neutral", None),
        (
            changed(priorities={**SMALL_POLICY.priorities, "4": "low"}),
            "priority",
            "looser",
            "means low instead of unknown",
        ),
        (changed(priorities={**SMALL_POLICY.priorities, "4": "emergency"}), "priority", "stricter", None),
        (changed(channels={"911": "911", "ONVIEW": "phone"}), "channel", "either", "means phone instead of officer"),
        (changed(cues=SMALL_POLICY.cues[1:]), "cue", "looser", "`knife` raise `weapon` to yes"),
        (changed(cues=SMALL_POLICY.cues[::-1]), "cue", "neutral", None),
        (
            changed(cues=(CUE.model_copy(update={"words": ("knife", "blade")}), *SMALL_POLICY.cues[1:])),
            "cue",
            "stricter",
            "now also `blade`",
        ),
        (
            changed(cues=(CUE.model_copy(update={"words": ("blade",)}), *SMALL_POLICY.cues[1:])),
            "cue",
            "either",
            "no longer `knife`",
        ),
        (changed(cues=(CUE.model_copy(update={"fact": "violence"}), *SMALL_POLICY.cues[1:])), "cue", "either", None),
        (
            changed(cues=(*SMALL_POLICY.cues, Cue(id="tent", fact="need", value="shelter", words=("tent",)))),
            "cue",
            "either",
            None,
        ),
        (changed(negations=("no", "not", "denies", "without")), "cue", "looser", "`without` before a word of danger"),
        (changed(negations=("no", "not")), "cue", "stricter", "`denies` before a word of danger"),
        (changed(negations=("not", "no", "denies")), "cue", "neutral", None),
        (changed(authority_limit=0.02), "setting", "looser", "now: 0.02 instead of 0.01"),
        (changed(authority_limit=0.001), "setting", "stricter", None),
        (changed(classifier="required"), "setting", "stricter", "now: required instead of none"),
        (changed(agency="Other"), "setting", "neutral", "now: Other instead of Smallville Police"),
        (changed(time_zone="UTC"), "setting", "neutral", None),
        (changed(override_reasons={"officer-on-scene": "x"}), "setting", "neutral", None),
        (
            changed(
                dispositions=(
                    SMALL_POLICY.dispositions[0].model_copy(update={"cso": False}),
                    *SMALL_POLICY.dispositions[1:],
                )
            ),
            "disposition",
            "neutral",
            "cso: no instead of yes",
        ),
        (changed(dispositions=SMALL_POLICY.dispositions[1:]), "disposition", "neutral", None),
        (
            changed(roster=SMALL_POLICY.roster.model_copy(update={"warn_minutes": 45})),
            "roster",
            "neutral",
            "now: 45 instead of 30",
        ),
        (
            changed(roster=SMALL_POLICY.roster.model_copy(update={"units": SMALL_POLICY.roster.units[1:]})),
            "roster",
            "neutral",
            None,
        ),
        (
            changed(
                roster=SMALL_POLICY.roster.model_copy(
                    update={
                        "shifts": (
                            SMALL_POLICY.roster.shifts[0].model_copy(update={"end": time(18)}),
                            SMALL_POLICY.roster.shifts[1],
                        )
                    }
                )
            ),
            "roster",
            "neutral",
            "end: 18:00:00 instead of 19:00:00",
        ),
        (changed(call_types=SMALL_POLICY.call_types[::-1]), "call type", "neutral", None),
        (
            changed(call_types=(call_type("WELFARE CHECK", "NOISE"), *SMALL_POLICY.call_types[1:])),
            "call type",
            "either",
            "now mapped to NOISE, before mapped to WELFARE",
        ),
        (
            changed(call_types=(call_type("WELFARE CHECK", "WELFARE", weapon=True), *SMALL_POLICY.call_types[1:])),
            "call type",
            "stricter",
            "presumes `weapon` yes instead of no",
        ),
        (
            changed(call_types=(call_type("Welfare  check", "WELFARE"), *SMALL_POLICY.call_types[1:])),
            "call type",
            "neutral",
            "written `Welfare  check` instead of `WELFARE CHECK`",
        ),
    ],
    ids=range(30),
)
def test_a_change_beside_the_rules_is_said_in_words(
    after: Policy, group: str, direction: str, words: str | None
) -> None:
    change = only(differs(after))
    assert (change.group, change.direction) == (group, direction)
    assert words is None or any(text.startswith(words) for text in change.words), change.words


def test_every_field_of_a_policy_is_looked_at() -> None:
    assert set(Policy.model_fields) >= TOLD_ELSEWHERE


def test_an_unknown_danger_stands_between_the_worst_and_the_others() -> None:
    def pull(before: object, after: object) -> str:
        policies = [
            changed(call_types=(call_type("X", "WELFARE", suicide=value), *SMALL_POLICY.call_types))
            for value in (before, after)
        ]
        return only(diff(*policies)).direction

    assert pull(None, "none") == pull(None, "ideation") == pull("attempt", None) == "looser"
    assert pull("none", None) == pull("none", "ideation") == pull(None, "attempt") == "stricter"


def _rule_edits() -> st.SearchStrategy[Callable[[Rule], Rule | None]]:
    facts = st.sampled_from(["weapon", "suicide", "domestic", "priority", "severity", "channel", "nature"])

    def narrowed(name: str, keep: int) -> Callable[[Rule], Rule]:
        values = ("WELFARE", "CDX") if name == "nature" else FACTS[name].values
        return lambda entry: entry.model_copy(update={"when": {**entry.when, name: values[: keep % len(values) + 1]}})

    def widened(place: int) -> Callable[[Rule], Rule]:
        def edit(entry: Rule) -> Rule:
            names = sorted(entry.when)
            gone = names[place % len(names)]
            when = {name: values for name, values in entry.when.items() if name != gone}
            return entry.model_copy(update={"when": when or {"nature": ("PARKING",)}})

        return edit

    return st.one_of(
        st.just(lambda _: None),
        st.builds(narrowed, facts, st.integers(0, 3)),
        st.builds(widened, st.integers(0, 2)),
        st.sampled_from(["require_sworn", "allow_cso", "allow_co_response"]).map(
            lambda effect: lambda entry: entry.model_copy(update={"effect": effect, "programme": "youth"})
        ),
    )


def _as_the_rulebook_takes_it(rule: Rule) -> Rule:
    """More danger may only ever add an officer: a line that skips a value in the order of danger does not load."""

    def closed(spec: FactSpec, values: tuple[FactValue, ...]) -> tuple[FactValue, ...]:
        ranks = [spec.rank(value) for value in values]
        return spec.values[min(ranks) :] if rule.effect == "require_sworn" else spec.values[: max(ranks) + 1]

    when = {name: closed(FACTS[name], values) if FACTS[name].ordered else values for name, values in rule.when.items()}
    if rule.effect == "require_sworn":  # a line that every value meets says nothing, and nobody has to ask about it
        when = {name: values for name, values in when.items() if values != FACTS[name].values}
    return rule.model_copy(update={"when": when or {"nature": ("PARKING",)}})


presumptions: Final[Mapping[str, tuple[Any, ...]]] = {
    "weapon": (None, False, True),
    "violence": (None, False, True),
    "suicide": (None, "none", "attempt"),
    "domestic": (None, "none", "contact"),
    "severity": ("minor", "grave"),
}


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """The small policy with a few rules, presumptions and codes changed."""
    rules = []
    edits = draw(st.dictionaries(st.sampled_from(RULES).map(lambda entry: entry.id), _rule_edits(), max_size=2))
    for entry in RULES:
        edited = edits[entry.id](entry) if entry.id in edits else entry
        rules += [] if edited is None else [_as_the_rulebook_takes_it(edited)]
    levels = st.sampled_from(["low", "routine", "urgent", "emergency"])
    types = []
    for one in SMALL_POLICY.call_types:
        update = (
            draw(
                st.fixed_dictionaries(
                    {}, optional={name: st.sampled_from(values) for name, values in presumptions.items()}
                )
            )
            if draw(st.integers(0, 6)) == 0
            else {}
        )
        types.append(one.model_copy(update={"presumes": one.presumes.model_copy(update=update)}))
    return changed(
        rules=tuple(rules),
        call_types=tuple(types if draw(st.booleans()) else types[draw(st.integers(0, 2)) :]),
        priorities=draw(st.just(SMALL_POLICY.priorities) | st.dictionaries(st.sampled_from("123"), levels)),
        channels=draw(st.just(SMALL_POLICY.channels) | st.just({"911": "phone"})),
    )


def test_a_question_that_only_led_to_a_cso_is_no_danger_that_nobody_asks_about_any_more() -> None:
    allowed = with_rule("violence", effect="allow_cso", programme="youth", when={"violence": (False, True)})
    (asked,) = (item for item in diff(allowed, without_rule("violence")).asked if item.call_type == "DISPUTE")
    assert (asked.no_longer_asked, asked.direction) == (("violence",), "either")


@given(policies(), policies())
@settings(max_examples=300)
def test_whatever_differs_is_told_and_no_call_gets_looser_without_a_change_that_says_so(
    before: Policy, after: Policy
) -> None:
    found = diff(before, after)
    assert found.is_same == (not found.changes)
    pulls = {change.direction for change in found.changes}
    steps = {move.direction for move in found.moved} | {item.direction for item in found.asked}
    for step in steps & {"looser", "stricter"}:
        assert pulls & {step, "either"}, step


@given(policies(), policies())
@settings(max_examples=100)
def test_the_calls_that_move_are_those_that_the_judges_send_elsewhere(before: Policy, after: Policy) -> None:
    found = diff(before, after)
    moved: dict[tuple[str, str, str], int] = {}
    codes = [(p, c) for p in ("1", "2", "3", None) for c in ("911", "ONVIEW", None)]
    for name in {entry.name for policy in (before, after) for entry in policy.call_types}:
        for priority, channel in codes:
            routes = [_route(Desk(policy), name, priority, channel) for policy in (before, after)]
            if routes[0] != routes[1]:
                key = (name, routes[0], routes[1])
                moved[key] = moved.get(key, 0) + 1
    if set(found.priorities) == {"1", "2", "3", None} and set(found.channels) == {"911", "ONVIEW", None}:
        assert {(move.call_type, move.before, move.after): move.combinations for move in found.moved} == moved


def _route(desk: Desk, name: str, priority: str | None, channel: str | None) -> str:
    facts = resolve(Evidence(presumed=desk.presumed(name), reported=desk.given(priority, channel)))
    return desk.judge(facts, Assessment(risk=None, model="none", abstained=None)).by_rules


def test_what_a_classifier_thinks_does_not_come_into_it() -> None:
    found = differs(changed(classifier="required"))
    assert (found.moved, found.asked) == ((), ())


def test_the_rules_order_and_the_loosest_change_come_in_the_order_of_safety() -> None:
    after = changed(
        rules=(*RULES[1:], rule("new", "require_sworn", when={"juvenile": (True,)})),
        authority_limit=0.5,
        agency="Other",
        channels={},
    )
    assert [change.direction for change in differs(after).changes] == [
        "looser",
        "looser",
        "either",
        "either",
        "stricter",
        "neutral",
    ]


def test_a_call_that_a_cso_takes_from_another_agency_is_as_cautious_as_before() -> None:
    parking = rule("cso-parks", "allow_cso", when={"nature": ("PARKING",)}, programme="community")
    after = changed(rules=(*(entry for entry in RULES if entry.id != "parking-enforcement"), parking))
    steps = {(move.before, move.after, move.direction) for move in differs(after).moved}
    assert steps == {("other_agency", "cso", "neutral")}
    back = {(move.before, move.after, move.direction) for move in differs(SMALL_POLICY, before=after).moved}
    assert back == {("cso", "other_agency", "neutral")}


def test_a_longer_wait_lets_more_calls_go_to_a_cso() -> None:
    change = only(differs(with_rule("welfare", wait_minutes=90)))
    assert (change.direction, change.words) == ("looser", ("waits 90 minutes instead of 60",))


def test_a_word_of_danger_that_is_no_longer_looked_for_is_looser() -> None:
    more = CUE.model_copy(update={"words": ("knife", "blade")})
    before = changed(cues=(more, *SMALL_POLICY.cues[1:]))
    change = only(differs(SMALL_POLICY, before=before))
    assert (change.direction, change.words) == ("looser", ("no longer `blade`",))
