"""`triage override` and `triage link`: what a person decides about a call."""

from typing import Annotated

from cyclopts import Parameter

from triage.cli.ask import DISPATCHER
from triage.cli.event_rows import show_events
from triage.cli.failures import DONE
from triage.cli.options import STANDARD, By, Call, Common, Now
from triage.cli.requests import asked, checked_id, handle, history
from triage.cli.session import deciding
from triage.domain.commands import LinkCall, OverrideRoute
from triage.domain.events import Relation
from triage.domain.values import Programme, Route


def override(  # noqa: PLR0913 - what a person has to say to overrule
    call: Call,
    /,
    *,
    route: Annotated[Route, Parameter(metavar="ROUTE", help="Who is to go.")],
    reason: Annotated[str, Parameter(metavar="CODE", help="Why: a reason code of the agency (see its agency.yaml).")],
    by: Annotated[str, Parameter(metavar="ID", help="Who decides: an id to log in with, never a name.")],
    programme: Annotated[
        Programme | None, Parameter(metavar="PROGRAMME", help="The programme, where the call gets a CSO.")
    ] = None,
    now: Now = None,
    common: Common = STANDARD,
) -> int:
    """A person decides the route, with a reason code.

    Towards an officer always. Towards a CSO not against a danger that somebody stated, unless the reason is
    officer-on-scene: an officer who is there hands the call over. --now TIME says when, for history and tests.

    For example:

        triage override 23319821 --route sworn --reason safety-concern --by d1042
        triage override 23319821 --route cso --reason officer-on-scene --by p6120

    With --json: the events.
    """
    with deciding(common) as session:
        fields = {"route": route, "reason": reason, "programme": programme}
        request = asked(OverrideRoute, call, session.now(now), by, **fields)
        show_events(session, handle(session, request), "Nothing new: it was overridden so already.")
    return DONE


def link(  # noqa: PLR0913 - the common options are one of them
    call: Call,
    other: Annotated[str, Parameter(help="The other call.")],
    /,
    *,
    relation: Annotated[Relation, Parameter(name="--as", metavar="RELATION", help="What the other call is to it.")],
    by: By = DISPATCHER,
    now: Now = None,
    common: Common = STANDARD,
) -> int:
    """Say that two calls are about one incident, or related.

    --now TIME says when, for history and tests.

    For example:

        triage link 2023000319821 2023000319790 --as duplicate

    With --json: the events.
    """
    with deciding(common) as session:
        request = asked(LinkCall, call, session.now(now), by or DISPATCHER, other=checked_id(other), relation=relation)
        history(session, call)
        history(session, other)
        show_events(session, handle(session, request), "Nothing new: they are linked so already.")
    return DONE
