"""The verdict on a call: three-valued rules over its facts, with reasons. Sworn unless everything lets a CSO go."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from triage.domain.events import Assessment
from triage.domain.facts import FACTS, FactValue
from triage.domain.policy import Policy, Rule
from triage.domain.values import Programme, Route

CALL_TYPE_NOT_MAPPED: Final = "call-type-not-mapped"
NO_RULE_ALLOWS: Final = "no-rule-allows"
REPORT_UNREADABLE: Final = "report-unreadable"
CLASSIFIER_ABSTAINED: Final = "classifier-abstained"
RISK_TOO_HIGH: Final = "risk-too-high"
ENGINE_REASONS: Final[Mapping[str, str]] = {
    CALL_TYPE_NOT_MAPPED: "The agency's table does not know this call type, so nothing can be presumed of it.",
    NO_RULE_ALLOWS: "No rule of the policy allows anything but an officer.",
    REPORT_UNREADABLE: "A report of this call could not be read, so it could not be triaged.",
    CLASSIFIER_ABSTAINED: "The classifier has no opinion on this call, so no CSO goes without an officer.",
    RISK_TOO_HIGH: "The classifier's risk reaches its ceiling.",
}
"""The reasons that no rule gives: why a call is sworn before, beside or after the rules."""


REMEMBERED_MAX: Final = 100_000


NO_OFFICER: Final[frozenset[Route]] = frozenset({"cso", "other_agency"})
"""The routes that the classifier may hold back."""


class Terms(NamedTuple):
    """On what terms a CSO goes: the first rule's programme, and of all rules that allow it the strictest demands."""

    programme: Programme
    wait_minutes: int
    two_together: bool
    vehicle: bool


class Verdict(NamedTuple):
    """A route and why.

    `because` are the rules that decided; `dangers` those among them that a known fact makes true, so that no answer
    can undo them; `nearly` the rules one unknown fact away from deciding otherwise; `open_questions` the unknown facts
    whose answer could change the route, the one that settles most first. `by_rules` is the route without the
    classifier.
    """

    route: Route
    by_rules: Route
    because: tuple[str, ...]
    dangers: tuple[str, ...]
    nearly: tuple[str, ...]
    open_questions: tuple[str, ...]
    terms: Terms | None
    agency: str | None


def unreadable_verdict() -> Verdict:
    """The verdict on a call of which a report could not be read: sworn, and nothing to ask would change it."""
    return Verdict("sworn", "sworn", (REPORT_UNREADABLE,), (REPORT_UNREADABLE,), (), (), None, None)


class Judge:
    """A policy's rules made ready to judge many calls.

    Each rule is one bit. A known value of a fact rules out the rules that want another value; an unknown fact leaves
    the rules that read it undecided. So a verdict costs one look-up per fact, however many rules there are, and a rule
    that the call's nature rules out costs nothing. What follows from the rules that hold and those that are undecided
    is worked out once and remembered.
    """

    def __init__(self, policy: Policy) -> None:
        self._rules: Final = policy.rules
        self._needs_classifier: Final = policy.classifier == "required"
        self._all: Final = (1 << len(policy.rules)) - 1
        self._require: Final = self._bits(rule.effect == "require_sworn" for rule in policy.rules)
        self._by_caution: Final[tuple[tuple[Route, int], ...]] = (
            ("co_response", self._bits(rule.effect == "allow_co_response" for rule in policy.rules)),
            ("other_agency", self._bits(rule.effect == "route_to" for rule in policy.rules)),
            ("cso", self._bits(rule.effect == "allow_cso" for rule in policy.rules)),
        )
        self._reads: Final = {
            name: bits
            for name in FACTS
            if (bits := self._bits(name in rule.when for rule in policy.rules)) or name == "nature"
        }
        self._facts: Final = [
            (name, 1 << place, reads, self._ruled_out(name)) for place, (name, reads) in enumerate(self._reads.items())
        ]
        self._remembered: dict[tuple[int, int, int], Verdict] = {}

    def __call__(self, facts: Mapping[str, FactValue | None], assessment: Assessment) -> Verdict:
        """The verdict on a call with these facts (a missing or `None` fact is unknown) and this assessment."""
        verdict = self.by_rules(facts)
        if verdict.route in NO_OFFICER and (reason := self._withheld(assessment)) is not None:
            return verdict._replace(route="sworn", because=(reason,), agency=None)
        return verdict

    def by_rules(self, facts: Mapping[str, FactValue | None]) -> Verdict:
        """The verdict of the rules alone, whether or not the policy wants a classifier."""
        out = 0
        undecided = 0
        unknown = 0
        for name, bit, reads, ruled_out in self._facts:
            value = facts.get(name)
            if value is None:
                undecided |= reads
                unknown |= bit
            else:
                out |= ruled_out.get(value, reads)
        alive = self._all & ~out
        key = (alive & ~undecided, alive & undecided, unknown)
        verdict = self._remembered.get(key)
        if verdict is None:
            if len(self._remembered) >= REMEMBERED_MAX:
                self._remembered.clear()
            verdict = self._remembered[key] = self._worked_out(*key, mapped=facts.get("nature") is not None)
        return verdict

    def _withheld(self, assessment: Assessment) -> str | None:
        """Why the classifier holds back a route without an officer, or None."""
        if assessment.abstained is not None or (assessment.risk is None and self._needs_classifier):
            return CLASSIFIER_ABSTAINED
        if assessment.risk is not None and assessment.risk >= (assessment.ceiling or 0.0):
            return RISK_TOO_HIGH
        return None

    def _worked_out(self, true: int, maybe: int, unknown_bits: int, *, mapped: bool) -> Verdict:
        """The verdict of the rules alone, where those of `true` hold and those of `maybe` wait for unknown facts."""
        if danger := true & self._require:
            return _settled(self._ids(danger), self._agency(danger))
        if not mapped:
            return _settled((CALL_TYPE_NOT_MAPPED,), None)
        unknown = [name for name, bit, _, _ in self._facts if bit & unknown_bits]
        askable = [name for name in unknown if FACTS[name].asked]
        waits = self._read_by(askable)
        never = self._read_by(name for name in unknown if not FACTS[name].asked)
        demands = maybe & self._require
        if blocked := demands & ~waits:
            return _settled(self._ids(blocked), None)._replace(dangers=())
        route, deciding = self._allowed(true)
        openings = self._openings(true, maybe & ~never & ~self._require, unknown)
        if demands and route == "sworn" and not openings:
            demands = 0  # whatever the answers, nothing would allow anything but an officer
        questions = self._questions(demands, openings, askable)
        nearly = self._one_away(openings, unknown)
        if demands:
            because, near = self._ids(demands), self._ids(nearly | deciding)
            return Verdict("sworn", "sworn", because, (), near, questions, None, None)
        if not deciding:
            return Verdict("sworn", "sworn", (NO_RULE_ALLOWS,), (), self._ids(nearly), questions, None, None)
        terms = None if route == "other_agency" else self._terms(deciding)
        return Verdict(
            route, route, self._ids(deciding), (), self._ids(nearly), questions, terms, self._agency(deciding)
        )

    def _allowed(self, true: int) -> tuple[Route, int]:
        """The most cautious route that rules which hold allow, and those rules."""
        for route, rules in self._by_caution:
            if deciding := true & rules:
                return route, deciding
        return "sworn", 0

    def _openings(self, true: int, maybe: int, unknown: Sequence[str]) -> int:
        """The undecided rules that could still change the route.

        They are more cautious than what holds already, and no other rule as cautious holds whenever they do.
        """
        openings = 0
        before: list[Rule] = []
        for _, rules in self._by_caution:
            if true & rules:
                break
            same = self._chosen(maybe & rules)
            for place, rule in enumerate(same):
                rivals = [
                    *before,
                    *same[:place],
                    *(other for other in same[place + 1 :] if not _implies(other, rule, unknown)),
                ]
                if not any(_implies(rule, rival, unknown) for rival in rivals):
                    openings |= 1 << self._rules.index(rule)
            before += same
        return openings

    def _questions(self, demands: int, openings: int, askable: Sequence[str]) -> tuple[str, ...]:
        """The facts to ask, the one that settles most first: a yes to a danger settles the call; then by rules read."""
        counts = []
        for place, name in enumerate(askable):  # in the order of `Facts`, danger to life first
            reads = self._reads[name]
            if count := (reads & (demands | openings)).bit_count():
                counts.append((-(reads & demands).bit_count(), -count, place, name))
        return tuple(name for *_, name in sorted(counts))

    def _one_away(self, rules: int, unknown: Sequence[str]) -> int:
        """Those of `rules` that wait for exactly one unknown fact."""
        once = 0
        more = 0
        for name in unknown:
            reads = self._reads[name] & rules
            more |= once & reads
            once |= reads
        return once & ~more

    def _terms(self, bits: int) -> Terms:
        rules = self._chosen(bits)
        programme = rules[0].programme
        assert programme is not None, "the rulebook demands a programme of every rule that allows a CSO"
        return Terms(
            programme,
            min(rule.wait_minutes or 0 for rule in rules),
            any(rule.two_together for rule in rules),
            any(rule.vehicle for rule in rules),
        )

    def _agency(self, bits: int) -> str | None:
        """The other agency that goes or has to be told, by the first rule that names one."""
        return next((agency for rule in self._chosen(bits) if (agency := rule.agency or rule.notify)), None)

    def _ids(self, bits: int) -> tuple[str, ...]:
        return tuple(rule.id for rule in self._chosen(bits))

    def _chosen(self, bits: int) -> tuple[Rule, ...]:
        return tuple(rule for place, rule in enumerate(self._rules) if bits >> place & 1)

    def _read_by(self, names: Iterable[str]) -> int:
        bits = 0
        for name in names:
            bits |= self._reads[name]
        return bits

    def _ruled_out(self, name: str) -> dict[FactValue, int]:
        """For each value that some rule names: the rules that read the fact and do not name that value."""
        named = {value for rule in self._rules for value in rule.when.get(name, ())}
        return {
            value: self._bits(name in rule.when and value not in rule.when[name] for rule in self._rules)
            for value in named
        }

    @staticmethod
    def _bits(flags: Iterable[bool]) -> int:
        return sum(1 << place for place, flag in enumerate(flags) if flag)


def _settled(because: tuple[str, ...], agency: str | None) -> Verdict:
    """Sworn for good: no answer can change it."""
    return Verdict("sworn", "sworn", because, because, (), (), None, agency)


def _implies(rule: Rule, other: Rule, unknown: Sequence[str]) -> bool:
    """Whether `other` of two undecided rules holds whenever `rule` does, whatever the unknown facts turn out to be."""
    return all(
        name in rule.when and set(rule.when[name]) <= set(other.when[name]) for name in unknown if name in other.when
    )
