"""What a report or an answer adds to what is known of a call. Nothing new: nothing happens."""

from typing import Final, assert_never

from triage.domain.call import Call, File, NotReported, evolve
from triage.domain.commands import AnswerQuestion, Heeded, ReportCall
from triage.domain.desk import Desk
from triage.domain.errors import (
    CallNotFoundError,
    CallUnreadableError,
    InvalidAnswerError,
    UnknownFactError,
)
from triage.domain.events import CallReported, CallUpdated, Evidence, Particulars
from triage.domain.evidence import NOTHING_KNOWN, Heard
from triage.domain.facts import FACTS, Facts
from triage.domain.report import Report
from triage.domain.values import Route

_BY_CAUTION: Final[tuple[Route, ...]] = ("sworn", "co_response", "other_agency", "cso")


def hear(call: Call, command: Heeded, desk: Desk) -> Heard | None:
    """What `command` adds to `call`; None if it is no news: CAD repeats itself, and Kafka delivers at least once.

    For an answer that cannot be taken it raises `CallNotFoundError`, `CallUnreadableError`, `UnknownFactError` or
    `InvalidAnswerError`.
    """
    match command:
        case ReportCall():
            return _hear_report(call, command, desk)
        case AnswerQuestion():
            return _hear_answer(call, command, desk)
        case _:
            assert_never(command)


def reweigh(file: File, desk: Desk) -> Evidence:
    """All evidence on file about a call: what its type presumes, what CAD states, cues and answers."""
    if file.particulars is None:
        return Evidence()
    return desk.weigh(file.particulars, file.reported, file.cue, file.answered).evidence


def _hear_report(call: Call, command: ReportCall, desk: Desk) -> Heard | None:
    report = command.report
    cue, cue_ids = desk.cues.find(report.narrative) if report.narrative else (NOTHING_KNOWN, ())
    said = _particulars(report)
    if isinstance(call, NotReported) or call.file.particulars is None:
        first = CallReported(
            call_id=report.call_id,
            occurred_at=report.reported_at,
            by=command.by,
            particulars=said,
            reported=report.facts,
            cue=cue,
            cue_ids=cue_ids,
        )
        return _heard(call, first, desk)
    told = call.file.particulars
    newer = report.reported_at > call.file.told_at or (
        report.reported_at == call.file.told_at and (said == told or _caution(said, desk) <= _caution(told, desk))
    )
    again = CallUpdated(
        call_id=report.call_id,
        occurred_at=report.reported_at,
        by=command.by,
        particulars=said if newer else told,
        reported=report.facts,
        cue=cue,
        cue_ids=cue_ids,
        answered=NOTHING_KNOWN,
    )
    return _heard(call, again, desk)


def _hear_answer(call: Call, command: AnswerQuestion, desk: Desk) -> Heard | None:
    if isinstance(call, NotReported):
        raise CallNotFoundError(command.call_id)
    if call.file.particulars is None:
        raise CallUnreadableError(command.call_id)
    answered = CallUpdated(
        call_id=command.call_id,
        occurred_at=command.now,
        by=command.by,
        particulars=call.file.particulars,
        reported=NOTHING_KNOWN,
        cue=NOTHING_KNOWN,
        cue_ids=(),
        answered=_answer(command),
    )
    return _heard(call, answered, desk)


def _heard(call: Call, news: CallReported | CallUpdated, desk: Desk) -> Heard | None:
    """`news` and what is known with it; None if nothing more is known than before."""
    if isinstance(call, NotReported):
        return Heard(news, *desk.weigh(news.particulars, news.reported, news.cue, NOTHING_KNOWN), news.occurred_at)
    after = evolve(call, news)
    assert not isinstance(after, NotReported)
    file = after.file
    if (_knowledge(file), file.told_at) == (_knowledge(call.file), call.file.told_at):
        return None  # a newer report that says the same is news: an older one, still to come, must not go before it
    return Heard(news, *desk.weigh(news.particulars, file.reported, file.cue, file.answered), file.reported_at)


def _knowledge(file: File) -> tuple[Particulars | None, Facts, Facts, Facts]:
    return file.particulars, file.reported, file.cue, file.answered


def _caution(said: Particulars, desk: Desk) -> tuple[int, bool, bool, str]:
    """How cautious the verdict on a call is of which only this is known: the lowest is the most cautious.

    Of two reports of one moment that say different things the more cautious one holds, in whatever order they come.
    """
    facts = desk.weigh(said, NOTHING_KNOWN, NOTHING_KNOWN, NOTHING_KNOWN).facts
    verdict = desk.judge.by_rules(facts)
    return _BY_CAUTION.index(verdict.route), not verdict.dangers, bool(verdict.open_questions), said.model_dump_json()


def _particulars(report: Report) -> Particulars:
    return Particulars(
        call_type=report.call_type,
        priority=report.priority,
        channel=report.channel,
        precinct=report.precinct,
        sector=report.sector,
        beat=report.beat,
    )


def _answer(command: AnswerQuestion) -> Facts:
    spec = FACTS.get(command.fact)
    if spec is None or not spec.asked:
        asked = [name for name, known in FACTS.items() if known.asked]
        raise UnknownFactError(command.call_id, command.fact, asked)
    if command.value not in spec.values or isinstance(command.value, bool) != isinstance(spec.values[0], bool):
        raise InvalidAnswerError(
            command.call_id, command.fact, str(command.value), [str(value) for value in spec.values]
        )
    return Facts.model_validate({command.fact: command.value})
