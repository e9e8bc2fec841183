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
    CLASSIFIER_ABSTAINED: "The policy wants a classifier's opinion and there is none.",
    RISK_TOO_HIGH: "The classifier's risk reaches the policy's ceiling.",
}
"""The reasons that no rule gives: why a call is sworn before, beside or after the rules."""


class Terms(NamedTuple):
    """On what terms a CSO goes: the first rule's programme, and of all rules that allow it the strictest demands."""

    programme: Programme
    wait_minutes: int
    two_together: bool
    vehicle: bool


class Verdict(NamedTuple):
    """A route and why.

    `because` are the rules that decided; `dangers` those among them that a known fact makes true, so that no answer can
    undo them; `nearly` the rules one unknown fact away from deciding otherwise; `open_questions` the unknown facts whose
    answer could change the route, the one that settles most rules first. `by_rules` is the route without the classifier.
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

    Each rule is one bit. A known value of a fact rules out the rules that want another value; an unknown fact leaves the
    rules that read it undecided. So a verdict costs one look-up per fact, however many rules there are, and a rule that
    the call's nature rules out costs nothing.
    """

    def __init__(self, policy: Policy) -> None:
        self._rules: Final = policy.rules
        self._ceiling: Final = policy.risk_ceiling
        self._needs_classifier: Final = policy.classifier == "required"
        self._all: Final = (1 << len(policy.rules)) - 1
        self._require: Final = self._bits(rule.effect == "require_sworn" for rule in policy.rules)
        self._together: Final = self._bits(rule.effect == "allow_co_response" for rule in policy.rules)
        self._elsewhere: Final = self._bits(rule.effect == "route_to" for rule in policy.rules)
        self._allow: Final = self._bits(rule.effect == "allow_cso" for rule in policy.rules)
        self._reads: Final = {
            name: bits for name in FACTS if (bits := self._bits(name in rule.when for rule in policy.rules))
        }
        self._rules_out: Final = [(name, reads, self._ruled_out(name)) for name, reads in self._reads.items()]
        self._unaskable: Final = frozenset(name for name, spec in FACTS.items() if not spec.asked)
        self._order: Final = {name: place for place, name in enumerate(FACTS)}
        self._ids_of: dict[int, tuple[str, ...]] = {}
        self._terms_of: dict[int, Terms] = {}

    def __call__(self, facts: Mapping[str, FactValue | None], assessment: Assessment) -> Verdict:
        """The verdict on a call with these facts (a missing or `None` fact is unknown) and this assessment."""
        out = 0
        undecided = 0
        unknown = []
        for name, reads, ruled_out in self._rules_out:
            value = facts.get(name)
            if value is None:
                undecided |= reads
                unknown.append(name)
            else:
                out |= ruled_out.get(value, reads)
        alive = self._all & ~out
        true = alive & ~undecided
        if danger := true & self._require:
            ids = self._ids(danger)
            return Verdict("sworn", "sworn", ids, ids, (), (), None, self._agency_to_notify(danger))
        if facts.get("nature") is None:
            because = (CALL_TYPE_NOT_MAPPED,)
            return Verdict("sworn", "sworn", because, because, (), (), None, None)
        return self._weigh(true, alive & undecided, unknown, assessment)

    def _weigh(self, true: int, maybe: int, unknown: Sequence[str], assessment: Assessment) -> Verdict:
        """The verdict where no known fact demands an officer."""
        never = 0  # undecided, and no question can decide them
        askable = 0
        for name in unknown:
            if name in self._unaskable:
                never |= self._reads[name]
            else:
                askable |= self._reads[name]
        demands = maybe & self._require
        route, deciding = self._allowed(true)
        if blocked := demands & ~askable:
            ids = self._ids(blocked)
            return Verdict("sworn", "sworn", ids, ids, (), (), None, None)
        open_rules = self._open_rules(true, maybe & ~never)
        if demands and not ((true | open_rules) & ~self._require):
            demands, open_rules = 0, 0  # whatever the answers, nothing would allow anything but an officer
        relevant = demands | open_rules
        questions = self._questions(relevant, unknown)
        if demands:
            nearly = self._one_away(open_rules, unknown) | (deciding if route != "sworn" else 0)
            return Verdict(
                "sworn", "sworn", self._ids(demands), (), self._ids(nearly), questions, None, None
            )
        nearly_ids = self._ids(self._one_away(open_rules, unknown))
        if not deciding:
            return Verdict("sworn", "sworn", (NO_RULE_ALLOWS,), (), nearly_ids, questions, None, None)
        terms = None if route == "other_agency" else self._terms(deciding)
        agency = self._agency(deciding)
        withheld = None if route == "co_response" else self._withheld(assessment)
        if withheld is not None:
            return Verdict("sworn", route, (withheld,), (), nearly_ids, questions, terms, None)
        return Verdict(route, route, self._ids(deciding), (), nearly_ids, questions, terms, agency)

    def _allowed(self, true: int) -> tuple[Route, int]:
        """The most cautious route that rules which hold allow, and those rules."""
        if deciding := true & self._together:
            return "co_response", deciding
        if deciding := true & self._elsewhere:
            return "other_agency", deciding
        if deciding := true & self._allow:
            return "cso", deciding
        return "sworn", 0

    def _open_rules(self, true: int, maybe: int) -> int:
        """The undecided rules that would change the route if they held: those more cautious than what holds already."""
        if true & self._together:
            return 0
        if true & self._elsewhere:
            return maybe & self._together
        if true & self._allow:
            return maybe & (self._together | self._elsewhere)
        return maybe & ~self._require

    def _withheld(self, assessment: Assessment) -> str | None:
        """Why the classifier holds back a route without an officer, or None."""
        if assessment.abstained is not None or (assessment.risk is None and self._needs_classifier):
            return CLASSIFIER_ABSTAINED
        if assessment.risk is not None and assessment.risk >= self._ceiling:
            return RISK_TOO_HIGH
        return None

    def _questions(self, relevant: int, unknown: Sequence[str]) -> tuple[str, ...]:
        counts = [
            (-count, self._order[name], name)
            for name in unknown
            if name not in self._unaskable and (count := (self._reads[name] & relevant).bit_count())
        ]
        return tuple(name for _, _, name in sorted(counts))

    def _one_away(self, rules: int, unknown: Sequence[str]) -> int:
        """Those of `rules` that wait for exactly one unknown fact."""
        once = 0
        more = 0
        for name in unknown:
            reads = self._reads[name] & rules
            more |= once & reads
            once |= reads
        return once & ~more

    def _ids(self, bits: int) -> tuple[str, ...]:
        ids = self._ids_of.get(bits)
        if ids is None:
            ids = self._ids_of[bits] = tuple(rule.id for rule in self._chosen(bits))
        return ids

    def _terms(self, bits: int) -> Terms:
        terms = self._terms_of.get(bits)
        if terms is None:
            rules = self._chosen(bits)
            programme = rules[0].programme
            assert programme is not None, "the rulebook demands a programme of every rule that allows a CSO"
            terms = self._terms_of[bits] = Terms(
                programme,
                min(rule.wait_minutes or 0 for rule in rules),
                any(rule.two_together for rule in rules),
                any(rule.vehicle for rule in rules),
            )
        return terms

    def _agency(self, bits: int) -> str | None:
        return next((rule.agency for rule in self._chosen(bits) if rule.agency), None)

    def _agency_to_notify(self, bits: int) -> str | None:
        return next((rule.notify for rule in self._chosen(bits) if rule.notify), None)

    def _chosen(self, bits: int) -> tuple[Rule, ...]:
        return tuple(rule for place, rule in enumerate(self._rules) if bits >> place & 1)

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
