"""One request from a person to the engine: built with care for what was typed, handled, refused with a reason."""

from datetime import datetime
from typing import Final, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from triage.cli.failures import UsageError
from triage.cli.session import Session
from triage.domain.commands import Request
from triage.domain.errors import CallNotFoundError
from triage.domain.events import AboutNoCall, CallEvent
from triage.domain.values import CallId
from triage.store import Recorded

_CALL_ID: Final[TypeAdapter[str]] = TypeAdapter(CallId)
_WORDS: Final = {"now": "--now", "by": "--by", "reason": "--reason", "disposition": "--disposition"}

C = TypeVar("C", bound=BaseModel)


def asked(command: type[C], call_id: str, now: datetime, by: str, **fields: object) -> C:
    """The command that was typed. Raises `UsageError` that names the field which cannot be so."""
    try:
        return command.model_validate({"call_id": checked_id(call_id), "now": now, "by": by, **fields})
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        field = str(first["loc"][0]) if first["loc"] else "input"
        raise UsageError(f"{_WORDS.get(field, field)}: {first['msg'][:1].lower()}{first['msg'][1:]}") from None


def checked_id(text: str) -> str:
    """`text` as a call's id. Raises `UsageError` if no call can be called so."""
    try:
        return _CALL_ID.validate_python(text)
    except ValidationError:
        raise UsageError(
            f"`{text[:60]}` is no call's number: letters, digits and ._:/#- only, at most 64, as CAD writes it"
        ) from None


def handle(session: Session, request: Request) -> tuple[CallEvent, ...]:
    """The events that the request caused. Raises the refusal, if it was refused."""
    (outcome,) = session.app.engine.handle([request]).outcomes
    if outcome.refusal is not None:
        raise outcome.refusal
    return outcome.events


def history(session: Session, call_id: str, until: datetime | None = None) -> list[Recorded]:
    """What happened to a call (up to `until`, by CAD's clock). Raises `CallNotFoundError` if nobody reported it."""
    found = session.app.log.histories([checked_id(call_id)]).get(call_id, [])
    known = [recorded for recorded in found if not isinstance(recorded.event, AboutNoCall)]
    if not known:
        raise CallNotFoundError(call_id)
    within = [recorded for recorded in known if until is None or recorded.event.occurred_at <= until]
    if not within:
        first = session.shown(known[0].event.occurred_at, seconds=True)
        raise UsageError(f"call `{call_id}`: nobody had reported it then; the first report came at {first}")
    return within
