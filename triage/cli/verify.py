"""`triage verify`: every decision in the log, computed again."""

from triage.cli.failures import DONE, FOUND
from triage.cli.options import STANDARD, Common
from triage.cli.screen import counted
from triage.cli.session import reading
from triage.verification import verify as verify_log


def verify(*, common: Common = STANDARD) -> int:
    """Recompute every decision in the log with the policy that made it; name any that differs.

    The policies are in the log, so no folder is needed. Exit code 1 if a decision comes out otherwise.

    For example:

        triage verify
        triage verify --json --log archive/2023.db

    With --json: decisions, mismatches (position, call_id, kind, message).
    """
    with reading(common) as session:
        screen = session.screen
        with screen.progress("computing again", session.app.log.head()) as progress:
            found = verify_log(session.app.log, progress)
        if screen.as_json:
            screen.document(
                {"decisions": found.decisions, "mismatches": [mismatch._asdict() for mismatch in found.mismatches]}
            )
        else:
            differ = len(found.mismatches)
            verdict = "all of them come out the same" if not differ else f"{differ:,} of them come out otherwise"
            screen.say(f"{counted(found.decisions, 'decision')} computed again: {verdict}.")
            for mismatch in found.mismatches:
                screen.say(
                    f"position {mismatch.position}, call {mismatch.call_id}, {mismatch.kind}: {mismatch.message}",
                    hang=2,
                )
    return FOUND if found.mismatches else DONE
