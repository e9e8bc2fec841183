"""`triage agency review`: a person confirms what nobody has confirmed yet, one thing at a time."""

import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from cyclopts import Parameter

from triage.agencies.review import Answered, Review
from triage.agencies.review_dialogue import walk
from triage.bootstrap import utc_now
from triage.cli import clock
from triage.cli.failures import DONE, UsageError
from triage.cli.options import STANDARD, By, Common, Now, quoted
from triage.cli.screen import Screen, counted
from triage.cli.session import check_agency
from triage.rulebook import check as check_folder

NOBODY: Final = "nobody"
"""Who looks at what is left; it stands in no file."""


def review(  # noqa: PLR0913 - a folder, who, and the two ways to answer
    folder: Annotated[
        Path | None, Parameter(name="DIR", help="The agency's folder; that of --agency, if not said.")
    ] = None,
    /,
    *,
    by: By = None,
    accept: Annotated[
        tuple[str, ...],
        Parameter(metavar="NAME", negative="", show_default=False, help="Confirm what is proposed for it."),
    ] = (),
    settle: Annotated[
        tuple[str, ...],
        Parameter(name="--set", metavar="NAME=CODE", negative="", show_default=False, help="Confirm this instead."),
    ] = (),
    now: Now = None,
    common: Common = STANDARD,
) -> int:
    """Walk through what nobody has confirmed yet, the most frequent first.

    Shows each call type, priority, channel, disposition, column and setting under review: what is proposed, what that
    would mean for a call, and the nearest alternatives. Accept it, pick another, skip it, go back or quit: every answer
    is saved at once, with your id and the date in the row's source, so it can be left and taken up again. --accept and
    --set do the same for scripts; where several kinds have a NAME, write KIND:NAME or FILE:NAME. --now TIME says when,
    for history and tests.

    For example:

        triage agency review config/springfield --by s1042
        triage agency review config/springfield --by s1042 --accept 459R --set priority:2=urgent
        triage agency review config/springfield --json

    With --json: answered (kind, name, answer), left (file, line, kind, name, calls, proposed).
    """
    agency = folder or common.agency
    check_agency(agency)
    screen = Screen(as_json=common.json)
    is_script = bool(accept or settle or screen.as_json)
    reviewed = Review(agency, by or NOBODY, _today(agency, now))
    if by is None and (accept or settle or (reviewed.left and not is_script)):
        raise UsageError("who confirms it? --by ID is needed: an id to log in with, never a name")
    if is_script:
        return _finished(agency, _answered(reviewed, accept, settle), reviewed, screen)
    if reviewed.left and not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(_no_terminal(agency, len(reviewed.left)))
    walked = walk(reviewed, _Terminal(screen)) if reviewed.left else None
    return _finished(agency, walked.answered if walked else (), reviewed, screen)


class _Terminal:
    """A person at a terminal."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen

    def say(self, text: str = "", *, indent: int = 0) -> None:
        self._screen.say(text, indent=indent, hang=2)

    def head(self, text: str) -> None:
        self._screen.head(text)

    def ask(self, prompt: str) -> str | None:
        """What was typed; None at the end of the input, or if the person interrupts."""
        self._screen.say()
        try:
            return input(prompt)
        except (EOFError, KeyboardInterrupt):
            self._screen.say()
            return None


def _answered(reviewed: Review, accept: Sequence[str], settle: Sequence[str]) -> tuple[Answered, ...]:
    """The answers that a script gives. Every name is looked up before the first answer is saved."""
    pairs = [text.rpartition("=") for text in settle]
    for text, (name, equals, code) in zip(settle, pairs, strict=True):
        if not (equals and name.strip() and code.strip()):
            raise UsageError(f"`{text[:60]}` is no answer; write NAME=CODE, for example `459R=BURG`")
    for name in (*accept, *(name for name, _, _ in pairs)):
        reviewed.find(name)
    answers = [reviewed.accept(reviewed.find(name)) for name in accept]
    return (*answers, *(reviewed.choose(reviewed.find(name), code.strip()) for name, _, code in pairs))


def _finished(agency: Path, answered: Sequence[Answered], reviewed: Review, screen: Screen) -> int:
    left = reviewed.left
    if reviewed.errors:
        screen.note(
            f"note: the folder has {counted(reviewed.errors, 'error')}, so nothing is decided by it yet;"
            f" `triage check {quoted(str(agency))}` shows all"
        )
    if screen.as_json:
        answers = [{"kind": one.item.kind, "name": one.item.name, "answer": one.answer} for one in answered]
        screen.document({"answered": answers, "left": [item._asdict() for item in left]})
        return DONE
    if answered:
        screen.say(f"{counted(len(answered), 'answer')} saved.")
    if not left:
        screen.say("Nothing is left to review.")
        screen.commands([(f"triage check {quoted(str(agency))}", "whether the folder is sound")])
        return DONE
    calls = sum(item.calls or 0 for item in left if item.kind == "call type")
    types = f"; {counted(calls, 'call')} of the files are of types among them" if calls else ""
    screen.say(f"{counted(len(left), 'thing')} left to review{types}. To go on:")
    screen.commands([(f"triage agency review {quoted(str(agency))} --by ID", "")])
    return DONE


def _no_terminal(agency: Path, left: int) -> str:
    return (
        f"this is no terminal, so nobody can be asked; {left:,} left to review. Run it in a terminal; or answer with"
        f" --accept NAME and --set NAME=CODE; or edit the tables in `{agency}` by hand: write `reviewed` into `status`"
        " of a row that is right, and into `source` who says so. --json lists what is left"
    )


def _today(agency: Path, now: str | None) -> date:
    """The date at the agency."""
    policy = check_folder(agency).policy
    zone = ZoneInfo("UTC" if policy is None else policy.time_zone)
    wall = utc_now()
    return (wall if now is None else clock.moment(now, zone, wall)).astimezone(zone).date()
