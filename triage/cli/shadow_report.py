"""What `triage shadow` shows: who would have gone, how it ended, whether that is evidence, and what it is not."""

from collections.abc import Mapping
from typing import Final

from triage.cli.screen import Screen, counted
from triage.cli.session import Session
from triage.cli.shadow_figures import CONFIDENCE, Evidence, Sender, Sent, Shadowed
from triage.domain.judge import CLASSIFIER_ABSTAINED, ENGINE_REASONS, RISK_TOO_HIGH
from triage.domain.policy import Policy
from triage.domain.values import Route
from triage.outcomes import WORDS, Outcome
from triage.projections.audit_line import ROUTES
from triage.projections.disagreement import Decided, Disagreement
from triage.projections.judged_call import Routes
from triage.training.card import Estimate

NOT_MEANT: Final = (
    "Every outcome counted here followed a sworn response: it says whether authority was used, not whether an officer"
    " was needed, or what a CSO would have achieved."
)
ONCE: Final = (
    "The test holds for one look: whoever looks again and again until it says yes is misled more often than one time"
    " in twenty."
)
SHORT: Final[Mapping[Route, str]] = {
    "sworn": "sworn",
    "co_response": "together",
    "cso": "CSO",
    "other_agency": "other",
}
BY: Final[Mapping[Sender, str]] = {
    "both": "both of them",
    "champion": "the champion alone",
    "challenger": "the challenger alone",
    "challenger_all": "the challenger, all",
}
ASSESSED_BY: Final = {
    "none": "no classifier",
    "missing": "a classifier that is missing",
    "outdated": "a model that knows other rules",
}
"""What assesses where there is no model's digest to name."""


def report(session: Session, found: Shadowed) -> None:
    """How many calls, where they would go, how they ended, what follows, and the newest differences."""
    screen, span = session.screen, found.span
    if span is None:
        screen.say("No call was judged yet: the log holds no decision.")
        return
    first, last = session.shown(span.first_at), session.shown(span.last_at)
    screen.say(f"{counted(span.calls, 'call')} judged by both, decided {first} to {last}")
    screen.say(f"Champion:   {_champion(span.policies, span.models)}")
    screen.say(f"Challenger: policy {found.challenger.desk.digest}, {_by(found.challenger.assessed_by)}")
    elsewhere = sum(calls for routes, calls in found.routes.items() if routes.champion != routes.challenger)
    if not found.differing:
        screen.say("They agree on every call.")
    else:
        share = f"{elsewhere / span.calls:.1%}"
        for_a_while = found.differing - elsewhere
        more = f"; on {for_a_while:,} more they differ for a while only" if for_a_while else ""
        screen.say(f"They would send {counted(elsewhere, 'call')} elsewhere ({share}){more}.")
    _routes(screen, found.routes)
    _sent(screen, found.sent)
    _evidence(screen, found.evidence, found.sent["challenger_all"].used)
    _newest(session, found)


def _champion(policies: tuple[str, ...], models: tuple[str, ...]) -> str:
    before = len(policies) - 1, len(models) - 1
    others = [
        counted(number, what) for number, what in zip(before, ("other policy", "other model"), strict=True) if number
    ]
    more = f" (before that {' and '.join(others)})".replace("policys", "policies") if others else ""
    return f"policy {policies[0]}, {_by(models[0])}{more}"


def _by(assessed_by: str) -> str:
    return ASSESSED_BY.get(assessed_by, f"model {assessed_by}")


def _routes(screen: Screen, routes: Mapping[Routes, int]) -> None:
    """The champion's routes down, the challenger's across: those that occur."""
    screen.head("Where calls would go at their least cautious moment")
    down = [route for route in ROUTES if any(both.champion == route for both in routes)]
    across = [route for route in ROUTES if any(both.challenger == route for both in routes)]
    rows = [
        (ROUTES[champion], *(f"{routes.get(Routes(champion, challenger), 0):,}" for challenger in across))
        for champion in down
    ]
    heads = ("Champion, down;\nchallenger, across", *(f"\n{SHORT[route]}" for route in across))
    screen.table(heads, rows, right=range(1, len(across) + 1), whole=(0,))


def _sent(screen: Screen, sent: Mapping[Sender, Sent]) -> None:
    screen.head("What became of the calls that would go to a CSO alone")
    rows = [
        (BY[sender], f"{item.calls:,}", f"{item.used.of:,}", f"{item.used.number:,}", _interval(item.used))
        for sender, item in sent.items()
    ]
    heads = ("Sent by", "Calls", "Decided", "Authority\nused", "Share, with its\nexact 95% interval")
    screen.table(heads, rows, right=(1, 2, 3), whole=(4,))
    challenger = sent["challenger_all"]
    apart = [
        f"{counted(number, 'call')} {why}"
        for number, why in (
            (challenger.calls - challenger.open - challenger.closed_by_cso - challenger.used.of, "ended undecided"),
            (challenger.open, "still open"),
            (challenger.closed_by_cso, "closed by a CSO unit, where no officer could use authority"),
        )
        if number
    ]
    screen.say()
    if apart:
        screen.say(f"Of the challenger's calls that are not counted as decided: {'; '.join(apart)}.")
    screen.say(NOT_MEANT)


def _evidence(screen: Screen, evidence: Evidence, used: Estimate) -> None:
    screen.head("Is that evidence enough?")
    limit = f"the agency's limit of {evidence.limit:.2%}"
    seen = f"authority was used in {used.number:,} of {used.of:,} decided calls that the challenger would send to a CSO"
    if not used.of:
        screen.say(
            f"Not yet: no call that the challenger would send to a CSO has a decided outcome; {_needed(evidence)}"
        )
        return
    bound = f"at {CONFIDENCE:.0%} confidence (exact binomial, one-sided) in at most {evidence.bound:.2%}"
    match evidence.verdict:
        case "for":
            screen.say(f"Enough for: {seen}; {bound}, which is within {limit}.")
        case "against":
            screen.say(f"Enough against: {seen}; at {CONFIDENCE:.0%} confidence that is more than {limit}.")
        case "not_yet":
            screen.say(f"Not yet: {seen}; {bound}, and {limit} lies below that. {_needed(evidence).capitalize()}")
    screen.say(ONCE)


def _needed(evidence: Evidence) -> str:
    if evidence.more_needed is None:
        return "no number of calls that any agency has would be enough."
    calls = counted(evidence.more_needed, "more decided call")
    return f"it takes at least {calls}, none of them with authority used."


def _newest(session: Session, found: Shadowed) -> None:
    screen = session.screen
    if not found.newest:
        return
    screen.head(
        f"The newest {counted(len(found.newest), 'difference')}" if len(found.newest) > 1 else "The newest difference"
    )
    for item, outcome in found.newest:
        screen.say(f"{session.shown(item.occurred_at)}  {item.call_id}  {_how(item, outcome)}", hang=2)
        _decided(screen, "champion", item.champion, found.policies.get(item.policy))
        _decided(screen, "challenger", item.challenger, found.challenger.desk.policy)


def _how(item: Disagreement, outcome: Outcome | None) -> str:
    if outcome is not None:
        return f"ended: {WORDS[outcome]}"
    return "still open" if item.closing is None else "closed by a CSO unit"


def _decided(screen: Screen, who: str, decided: Decided, policy: Policy | None) -> None:
    """Who goes and every reason, by the rule's id and in its own words."""
    rules = {} if policy is None else {rule.id: rule.because for rule in policy.rules}
    reasons = [f"{name}: {_reason(name, decided, rules)}" for name in decided.because]
    why = "as nothing rules out" if decided.undecided else "because"
    screen.say(f"{who}: {ROUTES[decided.route]}, {why} {' | '.join(reasons)}", indent=2, hang=2)


def _reason(name: str, decided: Decided, rules: Mapping[str, str]) -> str:
    said = decided.assessment
    words = rules.get(name) or ENGINE_REASONS.get(name, "the log does not hold its words")
    if name == CLASSIFIER_ABSTAINED and said.abstained is not None:
        return f"{words} ({said.abstained})"
    if name == RISK_TOO_HIGH and said.risk is not None:
        ceiling = "there is no ceiling" if said.ceiling is None else f"the ceiling is {said.ceiling:.2%}"
        return f"{words} (the risk is {said.risk:.2%}, {ceiling})"
    return words


def _interval(used: Estimate) -> str:
    if used.share is None or used.low is None or used.high is None:
        return "-"
    return f"{used.share:.2%} ({100 * used.low:.2f}-{100 * used.high:.2f})"
