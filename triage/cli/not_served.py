"""`triage not-served`: the calls that a CSO could have had, but none took."""

from triage.cli.failures import DONE
from triage.cli.options import STANDARD, Common
from triage.cli.screen import counted
from triage.cli.session import reading
from triage.projections import audit_line
from triage.projections.not_served import NOT_TRIAGED


def not_served(*, common: Common = STANDARD) -> int:
    """Calls that a CSO could have had but none took, by reason.

    Each such call has one reason, and a call for which a unit was found after all leaves the list. Calls that could not
    be triaged, because a report of them could not be read, are counted apart: nobody found them ineligible.

    For example:

        triage not-served
        triage log --kind call_not_served

    With --json: not_served (calls by reason), could_not_be_triaged (calls).
    """
    with reading(common) as session:
        screen = session.screen
        with screen.progress("following the log", session.app.log.head()) as progress:
            session.app.view("not_served").catch_up(session.app.log, progress)
        ledger = session.app.ledger
        reasons, not_triaged = ledger.reasons(), ledger.not_triaged()
        if screen.as_json:
            screen.document({"not_served": dict(sorted(reasons.items())), NOT_TRIAGED: not_triaged})
            return DONE
        screen.say(f"{counted(reasons.total(), 'call')} could have had a CSO, but none took it.")
        if reasons:
            rows = [(audit_line.words(reason), f"{calls:,}") for reason, calls in reasons.most_common()]
            screen.table(("Reason", "Calls"), rows, right=(1,))
        screen.say(f"Could not be triaged, because a report could not be read: {counted(not_triaged, 'call')}.")
    return DONE
