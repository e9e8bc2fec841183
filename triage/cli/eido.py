"""`triage eido`: a call as a NENA EIDO document, alone or in the one that CAD sent."""

import re
import sys
from collections.abc import Iterator
from typing import Annotated, Final

from cyclopts import Parameter

from triage import eido as documents
from triage.cli import story, verdict
from triage.cli.failures import DONE, UsageError
from triage.cli.options import STANDARD, At, Call, Common
from triage.cli.requests import history
from triage.cli.session import Session, reading
from triage.cli.story import Story
from triage.domain.call import NEVER, Cleared, NotReported, Taken
from triage.engine import call_of
from triage.projections import audit_line

DOCUMENT_MAX_BYTES: Final = 16 * 1024 * 1024
INDENT: Final = 2
INPUT: Final = "-"
NO_DOMAIN: Final = "invalid"
"""The top-level domain that never is one (RFC 2606), for an agency that has not said its own."""

_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN: Final = re.compile(rf"(?=.{{1,200}}$){_LABEL}(?:\.{_LABEL})+")


def eido(
    call: Call,
    /,
    *,
    onto: Annotated[
        str | None,
        Parameter(
            metavar="FILE",
            allow_leading_hyphen=True,
            help="An EIDO of this call that CAD sent, to put ours into; `-` is standard input.",
        ),
    ] = None,
    domain: Annotated[
        str | None,
        Parameter(
            metavar="NAME", env_var="TRIAGE_DOMAIN", help="The agency's domain name, such as police.example.org."
        ),
    ] = None,
    at: At = None,
    common: Common = STANDARD,
) -> int:
    """A call as a NENA EIDO document, with our advice in it.

    The incident and its status, the engine as an automated agent, its advice as a note, and the CSO unit that took the
    call, if one did. The engine dispatches nobody: a dispatch stands there only once a unit has claimed the call. With
    --onto the document that CAD sent comes back, ours added and all else as it was. With --at: what was known then.

    For example:

        triage eido 2023000319821 --domain police.example.org
        triage eido 2023000319821 --onto incoming.json > outgoing.json

    With --json: the same document on one line, as `triage run -` reads it.
    """
    with reading(common) as session:
        moment = None if at is None else session.moment(at)
        events = history(session, call, moment)
        policies = {policy.digest: policy for policy in session.app.adopted()}
        told = story.tell(call, events, story.Made(policies, {}), moment, common)
        standing = _standing(told, _names(session, call, domain))
        document = documents.write(standing) if onto is None else _put_onto(onto, told, standing, session)
        sys.stdout.write(documents.dumps(document, indent=None if common.json else INDENT) + "\n")
    return DONE


def _names(session: Session, call_id: str, domain: str | None) -> documents.Names:
    """The ids for this call: under the domain that was given, else under one that can be nobody's."""
    if domain is None:
        agency = session.policy.agency if session.policy else "agency"
        label = re.sub(r"[^a-z0-9]+", "-", agency.lower()).strip("-")[:60].strip("-") or "agency"
        return documents.Names(f"{label}.{NO_DOMAIN}", call_id)
    name = domain.strip().lower().rstrip(".")
    if not _DOMAIN.fullmatch(name):
        raise UsageError(f"--domain: `{domain[:60]}` is not a domain name; for example `police.example.org`")
    return documents.Names(name, call_id)


def _standing(told: Story, names: documents.Names) -> documents.Standing:
    call = call_of(told.history)
    unit = call.hold.unit if isinstance(call, Taken) else None
    roster = told.policy.roster.by_id if told.policy else {}
    nature = next((fact.value for fact in told.known if fact.fact == "nature"), None)
    at = max(recorded.event.occurred_at for recorded in told.history)
    return documents.Standing(
        names=names,
        at=at,
        told_at=at if isinstance(call, NotReported) or call.file.told_at == NEVER else call.file.told_at,
        said=told.said,
        nature=None if nature is None else str(nature),
        cleared=isinstance(call, Cleared),
        advice="\n".join(_advice(told)),
        unit=unit,
        stage=call.stage if isinstance(call, Taken) else None,
        languages=tuple(roster[unit].languages) if unit is not None and unit in roster else (),
    )


def _advice(told: Story) -> Iterator[str]:
    """What we advise and why: no more than `triage explain` shows, and nothing of what anybody wrote."""
    call = call_of(told.history)
    state, unit = verdict.state_of(call)
    route = "sworn" if isinstance(call, NotReported) else call.file.route
    yield "Advice of an automated system (triage), which dispatches nobody."
    yield f"Who goes: {audit_line.ROUTES[route]}. The call is {verdict.where(state, unit)}."
    if not isinstance(call, NotReported) and call.file.overridden and (overrides := story.overrides(told)):
        yield f"A person decided so: {_told(told.rule(overrides[-1].reason))}"
    if not_served := story.not_served(told):
        yield f"A CSO could have gone, but none did: {audit_line.words(not_served)}."
    if told.triaged is not None:
        for reason in map(told.rule, told.triaged.because):
            yield f"{'Not ruled out' if reason.unknown else 'Because'}: {_told(reason)}"
    for question in told.questions:
        yield f"Ask: {question.text}"
    if told.policy is not None:
        yield f"Policy {told.policy.digest}."


def _told(reason: story.Told) -> str:
    return f"{reason.because} ({reason.id})" if reason.because else reason.id


def _put_onto(file: str, told: Story, standing: documents.Standing, session: Session) -> dict[str, object]:
    """The document in `file` with ours in it. Raises `UsageError` for one that is not of this call, or is outdated."""
    data = _bytes(file)
    try:
        said = documents.read(data, lambda _: None)
    except documents.EidoError as error:
        raise UsageError(f"--onto: `{file}`: {error}") from error
    if said is None:
        raise UsageError(f"--onto: `{file}` is not an EIDO")
    report = said.report
    if report.call_id != told.call_id:
        raise UsageError(f"--onto: `{file}` is about call `{report.call_id}`, not `{told.call_id}`")
    call = call_of(told.history)
    document = documents.loads(data)
    ours = documents.is_engine(document.get("updatedByAgentReference"))  # as old as it was when it was written
    if not isinstance(call, NotReported) and not ours and report.reported_at < call.file.told_at:
        since = session.shown(call.file.told_at, seconds=True)
        raise UsageError(f"--onto: `{file}` is outdated: CAD told more of this call at {since}; take a newer one")
    return documents.onto(document, standing._replace(at=max(standing.at, report.reported_at)))


def _bytes(file: str) -> bytes:
    if file == INPUT:
        data = sys.stdin.buffer.read(DOCUMENT_MAX_BYTES + 1)
    elif file.startswith("-"):
        raise UsageError(f"--onto: `{file[:60]}` is no file; `-` is standard input")
    else:
        with open(file, "rb") as stream:  # noqa: PTH123 - as it was typed, so that an error names it so
            data = stream.read(DOCUMENT_MAX_BYTES + 1)
    if len(data) > DOCUMENT_MAX_BYTES:
        raise UsageError(f"--onto: `{file}` is larger than {DOCUMENT_MAX_BYTES} bytes")
    return data
