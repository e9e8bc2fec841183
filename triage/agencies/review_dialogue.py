"""Walking a person through what is under review: one thing at a time, each answer saved at once."""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple, Protocol

from triage.agencies.review import UNSAID, Answered, Review, ReviewRefusedError
from triage.agencies.review_files import ChangedMeanwhileError
from triage.agencies.review_meaning import Meaning
from triage.agencies.review_options import Option
from triage.rulebook import ToReview

KEYS: Final = "a accept, p pick another, s skip, b back, q quit"
ALTERNATIVES_SHOWN_MAX: Final = 9
_NUMBER: Final = re.compile(r"[1-9]")
_AFFECTS_OTHERS: Final = frozenset({"priority", "channel"})


class Talk(Protocol):
    """Where a person is asked."""

    def say(self, text: str = "", *, indent: int = 0) -> None:
        """Tell something."""

    def head(self, text: str) -> None:
        """Begin something new."""

    def ask(self, prompt: str) -> str | None:
        """What the person types; None if nothing more will come."""


class Walked(NamedTuple):
    """How a walk ended: the answers that stand, and how much is left."""

    answered: tuple[Answered, ...]
    left: int


class _Step(NamedTuple):
    """A thing that was left behind: with an answer, or skipped."""

    key: tuple[str, str, str]
    answered: Answered | None


def walk(review: Review, talk: Talk) -> Walked:
    """Ask for one thing after the other, until all are answered or skipped, or the person has had enough."""
    walker = _Walker(review, talk)
    while (item := walker.next_item()) is not None:
        walker.show(item)
        if not walker.answer(item):
            break
    answered = tuple(step.answered for step in walker.steps if step.answered is not None)
    return Walked(answered, len(review.left))


class _Walker:
    def __init__(self, review: Review, talk: Talk) -> None:
        self.steps: list[_Step] = []
        self._review: Final = review
        self._talk: Final = talk
        self._total: Final = len(review.left)
        self._meaning = Meaning(review.files, review.left)
        self._again: tuple[str, str, str] | None = None

    def next_item(self) -> ToReview | None:
        """The thing that somebody went back to, else the first that was not passed yet."""
        passed = {step.key for step in self.steps}
        open_items = [item for item in self._review.left if _key(item) not in passed]
        again, self._again = self._again, None
        return next((item for item in open_items if _key(item) == again), open_items[0] if open_items else None)

    def show(self, item: ToReview) -> None:
        """Say what there is to confirm, what is proposed, what that would mean, and the nearest alternatives."""
        description = self._description(item)
        calls = "" if item.calls is None else f", {item.calls:,} calls"
        self._talk.head(f"{min(len(self.steps) + 1, self._total)} of {self._total}: {item.kind} {item.name}{calls}")
        if description:
            self._talk.say(description, indent=2)
        if source := self._review.cells(item).get("source"):
            self._talk.say(f"Source: {source}", indent=2)
        self._propose(item)
        self._list(item, self._alternatives(item))

    def answer(self, item: ToReview) -> bool:
        """Ask until the thing is answered, skipped or left; False to stop."""
        alternatives = self._alternatives(item)
        keys = f"1-{len(alternatives)} take that one, {KEYS}" if alternatives else KEYS
        while True:
            typed = self._talk.ask(f"{keys}: ")
            word = "q" if typed is None else typed.strip().casefold()
            match word:
                case "q" | "quit":
                    return False
                case "s" | "skip":
                    self.steps.append(_Step(_key(item), None))
                    return True
                case "b" | "back":
                    if self._back():
                        return True
                case "a" | "accept":
                    if self._save(item, None):
                        return True
                case "p" | "pick":
                    if self._pick(item):
                        return True
                case _ if _NUMBER.fullmatch(word) and int(word) <= len(alternatives):
                    if self._take(item, alternatives[int(word) - 1]):
                        return True
                case _:
                    self._talk.say(f"Type one letter: {keys}.")

    def _propose(self, item: ToReview) -> None:
        if item.kind in {"setting", "column"}:
            self._talk.say(f"It says: {item.proposed or 'see the file'}", indent=2)
            self._explain(item, item.proposed or "")
        elif item.proposed or item.kind in {"priority", "channel"}:
            proposed = item.proposed or UNSAID
            option = Option(proposed, self._review.options.meaning(item, proposed))
            self._talk.say(f"Proposed: {_named(option)}", indent=2)
            self._explain(item, proposed)
        else:
            self._talk.say("Nothing is proposed: pick what it means.", indent=2)

    def _pick(self, item: ToReview) -> bool:
        """Ask for a code or words; whether an answer was saved."""
        if not self._review.options.of(item):
            typed = (self._talk.ask("what it is, empty to leave it: ") or "").strip()
            return bool(typed) and self._save(item, typed)
        found: Sequence[Option] = ()
        while typed := (self._talk.ask(_words_or(found)) or "").strip():
            if _NUMBER.fullmatch(typed) and int(typed) <= len(found):
                if self._take(item, found[int(typed) - 1]):
                    return True
                continue
            found = self._review.options.nearest(item, typed)
            if len(found) == 1 and self._take(item, found[0]):
                return True
            if not found:
                self._talk.say("Nothing is like that.")
            elif len(found) > 1:
                self._list(item, found)
        return False

    def _take(self, item: ToReview, option: Option) -> bool:
        """Say what another answer than the proposed one would mean, and ask once more; whether it was saved."""
        self._talk.say(_named(option), indent=2)
        self._explain(item, option.code)
        sure = (self._talk.ask("take it? y or n: ") or "").strip().casefold()
        return sure in {"y", "yes"} and self._save(item, option.code)

    def _save(self, item: ToReview, code: str | None) -> bool:
        """Save an answer (None: what is proposed); whether the thing is done with."""
        try:
            answered = self._review.accept(item) if code is None else self._review.choose(item, code)
        except ReviewRefusedError as refusal:
            self._talk.say(f"Not saved: {refusal}")
            return False
        except ChangedMeanwhileError as error:
            self._reload(error)
            return True
        self._talk.say(f"Saved: {item.kind} {item.name} is {answered.answer}.")
        self.steps.append(_Step(_key(item), answered))
        self._refresh(item)
        return True

    def _back(self) -> bool:
        """Go back one step: what was answered there is under review again."""
        if not self.steps:
            self._talk.say("This is the first one.")
            return False
        step = self.steps[-1]
        if step.answered is not None:
            try:
                self._review.take_back(step.answered)
            except ChangedMeanwhileError as error:
                self._talk.say(f"`{error.file}` has changed since, so the answer stays; change it by hand.")
                return False
            self._talk.say(f"Taken back: {step.answered.item.kind} {step.answered.item.name} is under review again.")
            self._refresh(step.answered.item)
        self.steps.pop()
        self._again = step.key
        return True

    def _reload(self, error: ChangedMeanwhileError) -> None:
        self._talk.say(f"{str(error)[:1].upper()}{str(error)[1:]}.")
        self._review.reload()
        self._meaning = Meaning(self._review.files, self._review.left)

    def _refresh(self, item: ToReview) -> None:
        """What a code means bears on every call type."""
        if item.kind in _AFFECTS_OTHERS:
            self._meaning = Meaning(self._review.files, self._review.left)

    def _explain(self, item: ToReview, code: str) -> None:
        for sentence in self._meaning.of(item, code):
            self._talk.say(sentence, indent=4)

    def _list(self, item: ToReview, options: Sequence[Option]) -> None:
        for number, option in enumerate(options, start=1):
            route = self._meaning.brief(item, option.code)
            self._talk.say(f"{number}  {_named(option)}{f' - {route}' if route else ''}", indent=2)

    def _alternatives(self, item: ToReview) -> tuple[Option, ...]:
        return self._review.options.alternatives(item, self._description(item))[:ALTERNATIVES_SHOWN_MAX]

    def _description(self, item: ToReview) -> str:
        if item.kind in {"setting", "column"}:
            return f"in {item.file}, line {item.line}"
        return self._review.cells(item).get("description", "")


def _key(item: ToReview) -> tuple[str, str, str]:
    return item.file, item.kind, item.name


def _named(option: Option) -> str:
    return f"{option.code}: {option.meaning}" if option.meaning else option.code


def _words_or(found: Sequence[Option]) -> str:
    first = f"1-{len(found)}, or other words" if len(found) > 1 else "a code or words"
    return f"{first}, empty to leave it: "
