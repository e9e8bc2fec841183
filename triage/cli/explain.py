"""`triage explain`: why one call went where it did, and what happened to it."""

from triage.cli import story, story_text
from triage.cli.failures import DONE
from triage.cli.options import STANDARD, At, Call, Common
from triage.cli.requests import history
from triage.cli.session import reading
from triage.recalled import Models


def explain(call: Call, /, *, at: At = None, common: Common = STANDARD) -> int:
    """One call's whole story: facts, verdict, rules, who and when.

    The route and why; what CAD said; each fact with where it comes from, dangers first; the rules that decided and
    those that nearly did, with their sources; the classifier's risk and what each value of the call adds to it; what to
    ask, and the command that answers it; which units were considered; who overrode what; and everything that happened,
    in order. With --at: what was known and decided then.

    For example:

        triage explain 2023000319821
        triage explain 2023000319821 --at '2023-07-14 13:00'

    With --json: call_id, as_of, reported, facts, verdict, units, not_served, overrides, cleared, timeline.
    """
    with reading(common) as session:
        moment = None if at is None else session.moment(at)
        events = history(session, call, moment)
        policies = {policy.digest: policy for policy in session.app.adopted()}
        models = Models.of(session.app.log).by_digest
        told = story.tell(call, events, story.Made(policies, models), moment, common)
        if session.screen.as_json:
            session.screen.document(story.document(told, common))
        else:
            story_text.show(session, told)
    return DONE
