"""`triage ask` and `triage answer`: the screening questions of a call, and what their answers change."""

from typing import Annotated, Final

from cyclopts import Parameter

from triage.cli import verdict
from triage.cli.failures import DONE, UsageError
from triage.cli.options import STANDARD, By, Call, Common, Now
from triage.cli.requests import asked, handle, history
from triage.cli.session import Session, deciding, reading
from triage.cli.verdict import Question
from triage.domain.call import Cleared
from triage.domain.commands import AnswerQuestion
from triage.domain.errors import InvalidAnswerError, UnknownFactError
from triage.domain.facts import FACTS, FactValue
from triage.engine import call_of

DISPATCHER: Final = "dispatcher"
YES_OR_NO: Final = {"yes": True, "true": True, "y": True, "no": False, "false": False, "n": False}


def ask(call: Call, /, *, common: Common = STANDARD) -> int:
    """The next screening question for a call.

    The one whose answer settles most comes first, then the others that are open. A question that is not listed cannot
    change where the call goes.

    For example:

        triage ask 2023000319821

    With --json: the verdict, with open_questions as fact, question, values, command.
    """
    with reading(common) as session:
        events = history(session, call)
        if session.screen.as_json:
            session.screen.document(verdict.document(call, events, common))
            return DONE
        open_questions = verdict.questions(call, verdict.last_decision(events), common)
        if isinstance(call_of(events), Cleared):
            session.screen.say(f"{call}: it is cleared, so there is nothing to ask.")
        elif not open_questions:
            verdict.show(call, events, session.policy, session.screen)
            session.screen.say("Nothing to ask: no answer would change the route.")
        else:
            _show(session, open_questions)
    return DONE


def answer(
    call: Call,
    fact: Annotated[str, Parameter(name="FACT=VALUE", help="A fact and its value, for example weapon=no.")],
    /,
    *,
    by: By = DISPATCHER,
    now: Now = None,
    common: Common = STANDARD,
) -> int:
    """Answer a screening question; the call is triaged again.

    The value is yes or no, or one of the values that `triage ask` lists. An answer never makes less of a danger that
    somebody reported. --now TIME says when it was answered, for history and tests.

    For example:

        triage answer 2023000319821 weapon=no
        triage answer 2023000319821 suicide=ideation --by d1042

    With --json: the new verdict.
    """
    name, value = parsed(call, fact)
    with deciding(common) as session:
        given = asked(AnswerQuestion, call, session.now(now), by or DISPATCHER, fact=name, value=value)
        events = handle(session, given)
        told = history(session, call)
        if session.screen.as_json:
            session.screen.document(verdict.document(call, told, common))
            return DONE
        if not events:
            session.screen.say("Nothing new: that was known.")
        if events and isinstance(call_of(told), Cleared):
            session.screen.say("Kept, but the call is closed: nobody goes because of it unless CAD opens it again.")
        verdict.show(call, told, session.policy, session.screen)
        open_questions = verdict.questions(call, verdict.last_decision(told), common)
        if open_questions and not isinstance(call_of(told), Cleared):
            session.screen.say()
            _show(session, open_questions)
    return DONE


def parsed(call: str, text: str) -> tuple[str, FactValue]:
    """The fact and the value of `FACT=VALUE`. Raises `UsageError` or the refusal that names the nearest."""
    name, equals, word = text.partition("=")
    if not equals or not word.strip():
        raise UsageError(f"`{text[:60]}` is no answer; write FACT=VALUE, for example `weapon=no`")
    fact = name.strip().lower().replace("-", "_").replace(" ", "_")
    spec = FACTS.get(fact)
    if spec is None or not spec.asked:
        raise UnknownFactError(call, name.strip()[:60], [known for known, found in FACTS.items() if found.asked])
    wanted = word.strip().lower()
    if spec.values == (False, True):
        if wanted not in YES_OR_NO:
            raise InvalidAnswerError(call, fact, wanted[:60], verdict.spelled(fact))
        return fact, YES_OR_NO[wanted]
    wanted = wanted.replace("-", "_").replace(" ", "_")
    if wanted not in spec.values:
        raise InvalidAnswerError(call, fact, wanted[:60], verdict.spelled(fact))
    return fact, wanted


def _show(session: Session, open_questions: list[Question]) -> None:
    first, *others = open_questions
    session.screen.say(f"Ask: {first.text}", style="bold")
    session.screen.line(f"  {first.command}")
    if others:
        session.screen.say()
        session.screen.say("Then, if the route is still open:")
        for question in others:
            session.screen.say(f"{question.text} ({question.fact}: {', '.join(question.values)})", indent=2, hang=2)
