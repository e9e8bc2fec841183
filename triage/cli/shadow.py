"""`triage shadow`: where calls would have gone by another policy or model, and how they ended."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from cyclopts import Parameter

from triage.bootstrap import RULES_CHANGED, classifier_of
from triage.classifiers import Abstains, Classifier
from triage.classifiers.files import MODEL_FILE, check_fits, fits_rules, read_model
from triage.classifiers.table import TableModel
from triage.cli.failures import DONE, UsageError
from triage.cli.options import STANDARD, Common
from triage.cli.screen import Screen
from triage.cli.session import Session, policy_of, reading
from triage.cli.shadow_document import document
from triage.cli.shadow_figures import ReadBy, Shadowed, shadowed
from triage.cli.shadow_report import report
from triage.domain.desk import Desk
from triage.domain.policy import Policy
from triage.outcomes import Ending, endings
from triage.projections.disagreements import Challenger
from triage.projections.judged_call import Closing
from triage.rulebook import load_outcomes
from triage.sources import load_columns, read_file

SHOWN: Final = 5
SHOWN_MAX: Final = 1000
NO_MODEL: Final = f"the policy requires a classifier and its folder has no {MODEL_FILE}"


def shadow(
    challenger: Annotated[
        Path | None, Parameter(help="Folder of the policy that judges beside; the agency's own, if not said.")
    ] = None,
    /,
    *,
    model: Annotated[
        Path | None, Parameter(metavar="FILE", help="The model that assesses, instead of the one in that folder.")
    ] = None,
    outcomes: Annotated[
        tuple[Path, ...],
        Parameter(
            metavar="FILE",
            consume_multiple=True,
            negative="",
            show_default=False,
            help="Files of calls that say how those ended that the log leaves open.",
        ),
    ] = (),
    disagreements: Annotated[int, Parameter(metavar="N", help="How many of the newest differences to show.")] = SHOWN,
    common: Common = STANDARD,
) -> int:
    """Where calls would have gone by another policy or model, how they ended, and whether that is evidence enough.

    The challenger judges every call of the log by what was known of it at each decision; the log keeps what the
    champion decided, and nobody is sent anywhere by this. A call counts once: what one of them would have sent to a
    CSO at any moment counts as sent. Of the calls that ended with an officer, the share with authority used stands
    with its exact 95 % interval; the agency's limit is `authority_limit` in its agency.yaml. Running it again goes on
    from where it was.

    For example:

        triage shadow draft
        triage shadow --model new/model.json
        triage shadow draft --outcomes calls_2023.csv.gz
        triage shadow draft --disagreements 50 --json

    With --json: calls, first, last, differing, champion, challenger, routes, sent_to_cso, evidence, disagreements.
    """
    if not 0 <= disagreements <= SHOWN_MAX:
        raise UsageError(f"--disagreements: `{disagreements}` is not from 0 to {SHOWN_MAX:,}")
    with reading(common) as session:
        screen, own = session.screen, policy_of(common.agency)
        folder, policy = (common.agency, own) if challenger is None else (challenger, policy_of(challenger))
        beside = _challenger(policy, folder, model, screen)
        if session.policy is not None and policy.agency != session.policy.agency:
            screen.note(
                f"note: these are calls of `{session.policy.agency}`, and the challenger is `{policy.agency}`'s"
            )
        ending = Ending(load_outcomes(common.agency), Desk(own).call_types)
        reads = ReadBy(own.authority_limit, ending, _filed(common.agency, own, outcomes, screen))
        found = _followed(session, beside, reads, disagreements)
        if screen.as_json:
            screen.document(document(found))
        else:
            report(session, found)
    return DONE


def _challenger(policy: Policy, folder: Path, model: Path | None, screen: Screen) -> Challenger:
    """The challenger, with a word to standard error where nothing can assess what it sends to a CSO."""
    desk = Desk(policy)
    classifier: Classifier
    if model is not None:
        table = read_model(model).model
        check_fits(table, policy)
        classifier = TableModel(table) if fits_rules(table, policy) else Abstains(RULES_CHANGED)
    elif policy.classifier == "required" and not (folder / MODEL_FILE).exists():
        screen.note(f"note: {NO_MODEL}; without it the challenger sends no call to a CSO alone")
        return Challenger(desk, Abstains(NO_MODEL), "missing")
    else:
        classifier = classifier_of(policy, folder)
    if classifier.model is not None:
        return Challenger(desk, classifier, classifier.model.digest)
    if isinstance(classifier, Abstains):
        screen.note(f"note: {RULES_CHANGED} (`triage train`); as it is the challenger sends no call to a CSO alone")
        return Challenger(desk, classifier, "outdated")
    return Challenger(desk, classifier, "none")


def _filed(agency: Path, policy: Policy, files: Sequence[Path], screen: Screen) -> dict[str, Closing]:
    """How calls ended by files, whose endings often say no time, so that no log could hold them."""
    mappings, zone = load_columns(agency / "columns"), ZoneInfo(policy.time_zone)
    with screen.progress("reading", len(files)) as progress:
        readings = []
        for done, file in enumerate(files, start=1):
            readings.append(read_file(file, mappings, zone, None))
            progress(done)
    return {
        ended.report.call_id: Closing(ended.disposition, ended.final_call_type, by_cso=False)
        for ended in endings(readings)
    }


def _followed(session: Session, challenger: Challenger, reads: ReadBy, newest: int) -> Shadowed:
    """The challenger's register, caught up with the log, and what it says."""
    view = session.app.disagreements(challenger)
    with session.screen.progress("judging beside the champion", session.app.log.head()) as progress:
        view.catch_up(session.app.log, progress)
    return shadowed(view, session.app.adopted(), reads, newest)
