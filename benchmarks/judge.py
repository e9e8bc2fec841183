"""One verdict, with its reasons and open questions, over Seattle's rules and facts as they come.

    python benchmarks/judge.py [--json] [--calls N] [--rounds N] [--profile]

ours: a judge that starts with an empty memory and meets the calls in the order in which they come.
ours, met before: the same calls again. ours, never met: only calls whose facts differ from all before, so that the
judge never met the same ones.
floor: the finished verdicts in a dict, looked up by all facts of the call.
peer, rule by rule: every rule read with the plain three-valued `holds`, which finds the rules that hold and those that
wait, and neither route nor reasons nor questions.
peer, zen-engine: the rules as one decision table of that engine, which does not know *unknown* and names the rules that
hold; only if it is installed, as it is no dependency: `pip install --target FOLDER zen-engine`, then
`PYTHONPATH=FOLDER python benchmarks/judge.py`.

Facts: reports of the published mix; one in ten has a narrative whose cues count, and one in five callers answered one
to three questions, all answers equally often (an assumption).
"""

import cProfile
import importlib
import importlib.util
import json
import pstats
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import calls
import measure

from triage.classifiers import NO_OPINION
from triage.domain.call import NotReported
from triage.domain.desk import Desk
from triage.domain.evidence import resolve
from triage.domain.facts import FACTS, Facts, FactValue
from triage.domain.hear import hear
from triage.domain.judge import Judge
from triage.domain.policy import Rule
from triage.domain.rules import holds

ONE_IN_ANSWERED: Final = 5
ANSWERS_MAX: Final = 3
SLOW_CALLS_MAX: Final = 2_000
TARGETS: Final = (
    measure.Target("ours", "floor", None),
    measure.Target("ours", "peer, rule by rule", None),
)
LEAST_PER_SECOND: Final = 100_000

Known = Mapping[str, FactValue | None]
Values = tuple[FactValue | None, ...]


def facts_of_calls(count: int) -> list[Known]:
    """What is known of each of `count` calls."""
    desk = Desk(calls.policy())
    chance = random.Random(2)
    asked = [spec for spec in FACTS.values() if spec.asked]
    found: list[Known] = []
    for request in calls.requests(calls.lines(count)):
        heard = hear(NotReported(), request, desk)
        assert heard is not None
        answers: dict[str, FactValue] = {}
        if chance.randrange(ONE_IN_ANSWERED) == 0:
            picked = chance.sample(asked, chance.randint(1, ANSWERS_MAX))
            answers = {spec.name: chance.choice(spec.values) for spec in picked}
        found.append(resolve(heard.evidence.model_copy(update={"answered": Facts.model_validate(answers)})))
    return found


def ours(watch: measure.Watch, judge: Judge, known: Sequence[Known]) -> int:
    """Verdicts."""
    with watch:
        for facts in known:
            judge(facts, NO_OPINION)
    return len(known)


def looked_up(watch: measure.Watch, verdicts: Mapping[Values, object], known: Sequence[Known]) -> int:
    """Verdicts found in a dict."""
    with watch:
        for facts in known:
            verdicts[tuple(facts.values())]
    return len(known)


def rule_by_rule(watch: measure.Watch, rules: Sequence[Rule], known: Sequence[Facts]) -> int:
    """Calls on which every rule was read."""
    with watch:
        for facts in known:
            [holds(rule, facts) for rule in rules]
    return len(known)


def zen_decision(rules: Sequence[Rule]) -> Callable[[dict[str, Any]], Any]:
    """The rules as a decision table of zen-engine, whose answer is the ids of the rules that hold."""
    names = sorted({name for rule in rules for name in rule.when})
    inputs = [{"id": name, "name": name, "field": name} for name in names]
    rows = [
        {"_id": rule.id, "rule": json.dumps(rule.id)}
        | {name: ", ".join(json.dumps(value) for value in rule.when.get(name, ())) for name in names}
        for rule in rules
    ]
    table = {
        "hitPolicy": "collect",
        "inputs": inputs,
        "outputs": [{"id": "rule", "name": "rule", "field": "rule"}],
        "rules": rows,
    }
    nodes = [
        {"id": "in", "type": "inputNode", "name": "in"},
        {"id": "table", "type": "decisionTableNode", "name": "table", "content": table},
        {"id": "out", "type": "outputNode", "name": "out"},
    ]
    ways = (("in", "table"), ("table", "out"))
    edges = [{"id": f"{one}-{two}", "sourceId": one, "targetId": two} for one, two in ways]
    zen = importlib.import_module("zen")
    decide = zen.ZenEngine().create_decision(json.dumps({"nodes": nodes, "edges": edges})).evaluate
    return lambda facts: [row["rule"] for row in decide(facts)["result"]]


def zen_engine(watch: measure.Watch, decide: Callable[[dict[str, Any]], Any], known: Sequence[dict[str, Any]]) -> int:
    """Calls decided by zen-engine."""
    with watch:
        for facts in known:
            decide(facts)
    return len(known)


def contenders(known: Sequence[Known]) -> dict[str, measure.Contender]:
    """All contenders, over the same calls; the slow ones over the first of them."""
    policy = calls.policy()
    distinct = list({tuple(facts.values()): facts for facts in known}.values())
    warm = Judge(policy)
    verdicts = {tuple(facts.values()): warm(facts, NO_OPINION) for facts in distinct}
    few = [Facts.model_validate(facts) for facts in known[:SLOW_CALLS_MAX]]
    found: dict[str, measure.Contender] = {
        "ours": lambda watch: ours(watch, Judge(policy), known),
        "ours, met before": lambda watch: ours(watch, warm, known),
        "ours, never met": lambda watch: ours(watch, Judge(policy), distinct),
        "floor": lambda watch: looked_up(watch, verdicts, known),
        "peer, rule by rule": lambda watch: rule_by_rule(watch, policy.rules, few),
    }
    if importlib.util.find_spec("zen") is not None:
        decide = zen_decision(policy.rules)
        plain = [{name: value for name, value in facts if value is not None} for facts in few]
        for facts, said in zip(few, plain, strict=True):
            holding = [rule.id for rule in policy.rules if holds(rule, facts)]
            assert decide(said) == holding, "zen-engine reads the rules otherwise"
        found["peer, zen-engine"] = lambda watch: zen_engine(watch, decide, plain)
    return found


def main() -> None:
    asked = measure.arguments(__doc__, calls=50_000)
    known = facts_of_calls(asked.calls)
    speeds = measure.interleaved(contenders(known), asked.rounds)
    targets = list(TARGETS)
    if "peer, zen-engine" in speeds:
        targets.append(measure.Target("ours", "peer, zen-engine", None))
    per_second = speeds["ours"].per_second
    more = {
        "distinct": len({tuple(facts.values()) for facts in known}),
        "rules": len(calls.policy().rules),
        "mix": calls.mix().source,
        "target": f"{LEAST_PER_SECOND:,} a second: {'met' if per_second >= LEAST_PER_SECOND else 'MISSED'}",
        "zen-engine": "measured" if "peer, zen-engine" in speeds else "not installed, so left out",
    }
    measure.report(asked, "verdicts", speeds, targets, more)
    if asked.profile:
        profile = cProfile.Profile()
        profile.runcall(ours, measure.Watch(), Judge(calls.policy()), known)
        pstats.Stats(profile).sort_stats("tottime").print_stats(12)


if __name__ == "__main__":
    main()
