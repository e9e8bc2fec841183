"""What an answer would mean in words: judged with a draft of the folder in which everything proposed is confirmed."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from triage.agencies.review_files import FolderFiles
from triage.agencies.review_table import NoSuchRowError, cells_at, with_every
from triage.domain.desk import Desk
from triage.domain.events import Evidence
from triage.domain.evidence import resolve
from triage.domain.facts import FACTS, Facts
from triage.domain.judge import Verdict
from triage.domain.policy import CallType
from triage.domain.values import Route
from triage.rulebook import ToReview
from triage.rulebook.call_types import REGISTRY

TOLD_ELSEWHERE: Final = frozenset({"nature", "severity", "likelihood"})
NAMED_MAX: Final = 6
_GOES: Final[Mapping[Route, str]] = {
    "sworn": "an officer goes",
    "co_response": "an officer and a CSO go together",
    "other_agency": "another agency goes",
    "cso": "a CSO may go",
}


class Meaning:
    """Says what answers would mean."""

    def __init__(self, files: FolderFiles, left: tuple[ToReview, ...]) -> None:
        """Make the draft: `files` with all that is `left` confirmed as it is proposed."""
        policy = files.checked(_confirmed(files, left)).policy or files.checked().policy
        self._desk: Final = None if policy is None else Desk(policy)
        self._rules: Final = {} if policy is None else {rule.id: rule.because for rule in policy.rules}
        self._priority: Final = _usual(files, "priorities.csv", {} if policy is None else policy.priorities)
        self._channel: Final = _usual(files, "channels.csv", {} if policy is None else policy.channels)

    def of(self, item: ToReview, answer: str) -> tuple[str, ...]:
        """What `answer` would mean for `item`, in sentences."""
        if self._desk is None:
            return ("(the folder has errors, so nothing can be tried; `triage check` shows them)",)
        match item.kind:
            case "call type":
                return tuple(self._call_type(item, answer, self._desk))
            case "priority" | "channel":
                return (self._code(item.kind, answer, self._desk),)
            case "disposition":
                return ("It counts in `triage outcomes`; no decision hangs on it.",)
            case _:
                return ("It is used as it stands.",)

    def brief(self, item: ToReview, answer: str) -> str:
        """Where a call of a type would go at the usual priority; "" for anything else."""
        entry = None if self._desk is None or item.kind != "call type" else self._entry(item, answer, self._desk)
        if self._desk is None or entry is None:
            return ""
        verdict = _judged(self._desk, entry, self._desk.given(self._priority, self._channel))
        asks = verdict.by_rules == "sworn" and verdict.open_questions
        return _GOES[verdict.by_rules] + (" until somebody asks" if asks else "")

    def _call_type(self, item: ToReview, answer: str, desk: Desk) -> Iterator[str]:
        entry = self._entry(item, answer, desk)
        if entry is not None:
            yield from presumed(entry.presumes)
            verdict = _judged(desk, entry, desk.given(self._priority, self._channel))
            yield f"{self._usual()}: {self._route(verdict)}"

    @staticmethod
    def _entry(item: ToReview, answer: str, desk: Desk) -> CallType | None:
        """What the row presumes if it is confirmed, or, with another canonical type, what that presumes."""
        own = desk.call_types.find(item.name) if answer == item.proposed else None
        entry = own or desk.call_types.find(f"{REGISTRY}{answer}")
        return entry if entry is not None and entry.canonical == answer else None

    def _usual(self) -> str:
        said = f"At the usual priority, {self._priority}" if self._priority else "Without a known priority"
        return f"{said}, by {self._channel}" if self._channel else said

    def _route(self, verdict: Verdict) -> str:
        because = verdict.because[0]
        text = f"{_GOES[verdict.by_rules]} (`{because}`{': ' if because in self._rules else ''}"
        text += f"{self._rules.get(because, '').rstrip('.')})."
        if verdict.open_questions:
            text += f" First question: {FACTS[verdict.open_questions[0]].question}"
        elif verdict.by_rules == "sworn":
            text += " No answer can change that."
        return text

    def _code(self, kind: str, answer: str, desk: Desk) -> str:
        """Of how many call types what would be done, with nothing else known."""
        level = None if answer == "unknown" else answer
        given = desk.given(None if kind == "priority" else self._priority, None if kind == "channel" else self._channel)
        stated = given.model_copy(update={kind: level})
        own = [entry for entry in desk.policy.call_types if not entry.name.startswith(REGISTRY)]
        routes = Counter(_judged(desk, entry, stated).by_rules for entry in own)
        parts = [f"{_GOES[route]} for {routes[route]:,}" for route in _GOES if routes[route]]
        return f"Of {len(own):,} call types, with nothing else known: {', '.join(parts)}."


def presumed(facts: Facts) -> Iterator[str]:
    """What is presumed of a call, in sentences: dangers first, then what nobody knows, then the worst case."""
    dangers = [spec for name, spec in FACTS.items() if spec.ordered and spec.asked and name not in TOLD_ELSEWHERE]
    known = [(spec, value) for spec in dangers if (value := getattr(facts, spec.name)) is not None]
    worse = [f"{spec.name} {_word(value)}" for spec, value in known if spec.rank(value)]
    unknown = [spec.name for spec in dangers if getattr(facts, spec.name) is None]
    if worse:
        yield f"Presumed danger: {', '.join(worse)}."
    if unknown:
        more = f" and {len(unknown) - NAMED_MAX} more" if len(unknown) > NAMED_MAX else ""
        yield f"Unknown until somebody asks: {', '.join(unknown[:NAMED_MAX])}{more}."
    safe = len(known) - len(worse)
    if safe:
        yield f"Presumed to be no danger: {safe} of {len(dangers)} facts."
    if facts.severity and facts.likelihood:
        yield f"Worst case that is credible: {facts.severity}, {facts.likelihood}."


def _judged(desk: Desk, entry: CallType, stated: Facts) -> Verdict:
    return desk.judge.by_rules(resolve(Evidence(presumed=entry.presumes, reported=stated)))


def _confirmed(files: FolderFiles, left: tuple[ToReview, ...]) -> dict[str, bytes]:
    """The tables with every row confirmed for which something is proposed. No decision hangs on the others."""
    lines: dict[str, list[int]] = {}
    for item in left:
        if item.kind in {"priority", "channel"} or (item.kind == "call type" and item.proposed):
            lines.setdefault(item.file, []).append(item.line)
    changed = {}
    for name, rows in lines.items():
        try:
            changed[name] = with_every(files[name], rows, {"status": "reviewed"})
        except NoSuchRowError:
            continue
    return changed


def _usual(files: FolderFiles, name: str, known: Mapping[str, str]) -> str | None:
    """The code that stands most often in the agency's files, of those that are known."""
    counts: dict[str, int] = {}
    data = files.get(name) or b""
    for line in range(2, data.count(b"\n") + 2):
        try:
            cells = cells_at(data, line)
        except NoSuchRowError:
            continue
        calls = cells.get("calls", "")
        counts[cells.get("code", "")] = int(calls) if calls.isdecimal() else 0
    of_known = {code: counts.get(code, 0) for code in known}
    return max(of_known, key=lambda code: of_known[code], default=None)


def _word(value: object) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)
