"""How an event is written and read: its `kind` as the name, JSON as the state, older states brought up on reading.

A state is `{"v": 1, "recorded_at": "2026-01-31T12:00:00.000000Z", "event": {...}}`: the version of the kind, our clock,
and the event's own fields without `kind`, which stands beside the state. A field that has its default (a fact that
nobody knows) is left out, so a default is part of the format: `tests/golden/event_defaults.json` holds them.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final, Generic, NamedTuple, TypeVar, cast, get_args

from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import JSONTranscoder, Mapper, Notification, StoredEvent
from pydantic import AwareDatetime, BaseModel, ConfigDict, PositiveInt, ValidationError
from pydantic_core import PydanticSerializationError, to_json

from triage.domain.events import Event
from triage.domain.values import Value
from triage.store.brief import BRIEF
from triage.store.collector import uncollected
from triage.store.contract import NewRow, Recorded, Row, stream_of
from triage.store.errors import NewerEventError, StoreError, StreamError, UnknownKindError, UnreadableEventError

Upcast = Callable[[dict[str, Any]], dict[str, Any]]
"""The fields of an event as one version of its kind stored them -> as the next version stores them."""

KINDS: Final[Mapping[str, type[Value]]] = MappingProxyType(
    {event.model_fields["kind"].default: event for event in get_args(Event)}
)
"""Every event class by its stored name."""


def _named_limit(fields: dict[str, Any]) -> dict[str, Any]:
    """The policy's limit was called `risk_ceiling`; a ceiling is what a model has."""
    policy = dict(fields["policy"])
    policy["authority_limit"] = policy.pop("risk_ceiling")
    return {**fields, "policy": policy}


def _said_why_withheld(fields: dict[str, Any]) -> dict[str, Any]:
    """A classifier that held a CSO back did not say why: there was none then but one that abstained."""
    held = fields["reason"] == "withheld_by_classifier"
    return {**fields, "reason": "classifier_abstained"} if held else fields


UPCASTS: Final[Mapping[str, tuple[Upcast, ...]]] = MappingProxyType(
    {"policy_adopted": (_named_limit,), "call_not_served": (_said_why_withheld,)}
)
"""For each kind whose stored fields ever changed: the step from version 1 to 2, from 2 to 3 and so on."""

_E = TypeVar("_E")


class EventMapper(Mapper[str]):
    """Turns events into what is stored and back. Everything that is read is validated.

    `kinds` and `upcasts` are the registries; the version of a kind is one more than the number of its upcasts.
    """

    def __init__(
        self, kinds: Mapping[str, type[Value]] = KINDS, upcasts: Mapping[str, Sequence[Upcast]] = UPCASTS
    ) -> None:
        super().__init__(JSONTranscoder())  # the library wants one; pydantic does its work
        self._formats = {kind: _format(kind, event, tuple(upcasts.get(kind, ()))) for kind, event in kinds.items()}
        self._by_class = {event: self._formats[kind] for kind, event in kinds.items()}
        self._brief_formats = self._formats | {
            kind: _format(kind, brief, self._formats[kind].upcasts)
            for kind, brief in BRIEF.items()
            if kinds.get(kind) is brief.__base__
        }

    def rows(self, batch: Sequence[tuple[str, int, Event]], recorded_at: datetime) -> list[NewRow]:
        """(Stream, version, event), as they are stored.

        Raises StreamError for an event in a stream that is not its own or at a version below 1, or one with a field
        of a wrong type (which no event has that was made by its constructor), and StoreError for a `recorded_at`
        without a time zone.
        """
        stamp = _stamp(recorded_at)
        return [self._row(stream, version, event, stamp) for stream, version, event in batch]

    def recorded(self, rows: Sequence[Row], *, brief: bool = False) -> list[Recorded]:
        """Stored rows as events where they stand; if `brief`, without the facts in them (see `brief.py`).

        Raises UnknownKindError, NewerEventError or UnreadableEventError with the position of the first bad one.
        """
        formats = self._brief_formats if brief else self._formats
        with uncollected():
            return [
                Recorded(position, stream, version, *_decoded(formats, position, kind, state))
                for position, stream, version, kind, state in rows
            ]

    def known(self, kinds: Sequence[str]) -> None:
        """Nothing, if every one of these is the kind of an event. Raises UnknownKindError otherwise."""
        for kind in kinds:
            if kind not in self._formats:
                raise UnknownKindError(kind, 0, self._formats)

    def to_stored_event(self, domain_event: DomainEventProtocol[str]) -> StoredEvent:
        """A Recorded as it is stored, for the library's own methods; its position is not part of that."""
        if not isinstance(domain_event, Recorded):
            raise StreamError(
                domain_event.originator_id, f"only a Recorded is stored, not `{type(domain_event).__name__}`"
            )
        stamp = _stamp(domain_event.recorded_at)
        return StoredEvent(*self._row(domain_event.stream, domain_event.version, domain_event.event, stamp))

    def to_domain_event(self, stored_event: StoredEvent) -> Recorded:
        """What is stored as a Recorded, for the library's own methods; its position is 0 where the library has none."""
        position = stored_event.id if isinstance(stored_event, Notification) else 0
        recorded_at, event = _decoded(self._formats, position, stored_event.topic, stored_event.state)
        return Recorded(position, str(stored_event.originator_id), stored_event.originator_version, recorded_at, event)

    def _row(self, stream: str, version: int, event: Event, stamp: bytes) -> NewRow:
        form = self._by_class.get(type(event))
        if form is None:
            raise StreamError(stream, f"`{type(event).__name__}` is not an event")
        if stream != stream_of(event):
            raise StreamError(stream, f"this `{form.kind}` belongs to stream `{stream_of(event)}`")
        if version < 1:
            raise StreamError(stream, f"versions count from 1, not `{version}`")
        try:
            fields = form.dump(event, exclude_defaults=True, warnings="error")
        except PydanticSerializationError:
            raise StreamError(stream, f"this `{form.kind}` has a field that could not be read again") from None
        return stream, version, form.kind, form.head + stamp + fields + b"}"


class _Envelope(BaseModel, Generic[_E]):
    """The state of one event, as the current version of its kind stores it."""

    model_config = ConfigDict(extra="forbid")

    v: int
    recorded_at: AwareDatetime
    event: _E


class _Older(BaseModel):
    """The state of an event as any version stores it."""

    v: PositiveInt
    recorded_at: AwareDatetime
    event: dict[str, Any]


class _Format(NamedTuple):
    """How one kind is stored now, and the steps that lead there from its older versions."""

    kind: str
    version: int
    event: type[Value]
    head: bytes
    dump: Callable[..., bytes]
    load: Callable[[bytes], _Envelope[Any]]
    upcasts: tuple[Upcast, ...]


def _format(kind: str, event: type[Value], upcasts: tuple[Upcast, ...]) -> _Format:
    version = 1 + len(upcasts)
    return _Format(
        kind=kind,
        version=version,
        event=event,
        head=b'{"v":%d,"recorded_at":"' % version,
        dump=event.__pydantic_serializer__.to_json,
        load=_Envelope[event].__pydantic_validator__.validate_json,  # type: ignore[valid-type]  # built at run time
        upcasts=upcasts,
    )


def _stamp(recorded_at: datetime) -> bytes:
    """What stands between the head of a state and its event."""
    if recorded_at.tzinfo is None:
        raise StoreError("`recorded_at` has no time zone")
    time = recorded_at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")
    return f'{time}Z","event":'.encode()


def _decoded(formats: Mapping[str, _Format], position: int, kind: str, state: bytes) -> tuple[datetime, Event]:
    form = formats.get(kind)
    if form is None:
        raise UnknownKindError(kind, position, formats)
    try:
        envelope = form.load(state)
    except ValidationError as error:
        problem = _problem(error)
    else:
        if envelope.v == form.version:
            return envelope.recorded_at, envelope.event
        problem = ""
    return _upcast(form, position, state, problem)


def _upcast(form: _Format, position: int, state: bytes, problem: str) -> tuple[datetime, Event]:
    """An event that the fast path could not read: an older version of its kind, or none that we know."""
    try:
        older = _Older.model_validate_json(state)
    except ValidationError as error:
        raise UnreadableEventError(form.kind, position, _problem(error)) from None
    if older.v > form.version:
        raise NewerEventError(form.kind, position, found=older.v, known=form.version)
    if older.v == form.version:
        raise UnreadableEventError(form.kind, position, problem)
    fields = older.event
    try:
        for step in form.upcasts[older.v - 1 :]:
            fields = step(fields)
        event = form.event.model_validate_json(to_json(fields))
    except ValidationError as error:
        raise UnreadableEventError(form.kind, position, f"after its upcasts, {_problem(error)}") from None
    except (KeyError, TypeError, ValueError) as error:
        message = f"version {older.v} cannot be upcast ({type(error).__name__})"
        raise UnreadableEventError(form.kind, position, message) from None
    return older.recorded_at, cast("Event", event)


def _problem(error: ValidationError) -> str:
    """Where and how a state is wrong, never what it says: it may hold what a person told the police."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    field = ".".join(str(part) for part in first["loc"]) or "the state"
    return f"{field} is not valid ({first['type']})"
