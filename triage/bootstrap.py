"""One agency, one log, put together: what the command line, the streams and the tests start from."""

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Final, Self

from triage.board import Board
from triage.classifiers import Abstains, Classifier, RulesAlone
from triage.classifiers.files import MODEL_FILE, check_fits, fits_rules, read_model
from triage.classifiers.table import TableModel
from triage.domain.desk import Desk
from triage.domain.events import PolicyAdopted
from triage.domain.policy import Policy
from triage.engine import Engine
from triage.projections.audit_trail import AuditTrail
from triage.projections.cso_queues import CsoQueues
from triage.projections.disagreements import Challenger, Disagreements
from triage.projections.not_served import NotServed
from triage.projections.view import ProjectionError, View, ViewFileError
from triage.rulebook import load
from triage.store import POLICY_STREAM, open_log

VIEWS: dict[str, type[View]] = {view.name: view for view in (CsoQueues, AuditTrail, NotServed)}
"""Every projection by name."""


RULES_CHANGED: Final = "the rules changed since the model was trained; train it again"
"""Why a model abstains on every call."""


def utc_now() -> datetime:
    """The wall clock."""
    return datetime.now(UTC)


class App(AbstractContextManager["App"]):
    """An engine, its log and its projections. Close it, or use it in a `with` block.

    `policy` may be None where nothing is decided: then there is no `desk` and no `engine`.

    Raises what `load`, `open_log` and the views raise: nothing starts with half a policy or a log that is not ours.
    """

    def __init__(
        self,
        policy: Policy | None,
        log: str | Path,
        *,
        classifier: Classifier | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._policy = policy
        self._classifier = classifier
        self._clock = clock
        self._views: dict[str, View] = {}
        self._path = Path(str(log).removeprefix("sqlite:"))
        self._closing = ExitStack()
        self.log = self._closing.enter_context(open_log(log))

    @classmethod
    def of(cls, agency: Path, log: str | Path) -> Self:
        """The app for an agency's folder and a log."""
        policy = load(agency)
        return cls(policy, log, classifier=classifier_of(policy, agency))

    @cached_property
    def desk(self) -> Desk:
        """The policy, made ready to decide with."""
        assert self._policy is not None, "opened for reading only"
        return Desk(self._policy)

    @cached_property
    def engine(self) -> Engine:
        """The engine, with the queues as they stand at the head of the log."""
        classifier = self._classifier or default_classifier(self.desk.policy)
        return Engine(self.log, self.desk, classifier, self._board(), self._clock)

    def adopted(self) -> list[Policy]:
        """Every policy that decided anything in this log, the one adopted last at the end."""
        events = (recorded.event for recorded in self.log.histories([POLICY_STREAM]).get(POLICY_STREAM, ()))
        return [event.policy for event in events if isinstance(event, PolicyAdopted)]

    def view(self, name: str) -> View:
        """The projection called `name` (one of `VIEWS`), as far as it has followed the log."""
        if name not in self._views:
            self._views[name] = view = VIEWS[name](self._path.parent / f"{self._path.stem}.{name}.db")
            self._closing.callback(view.close)
        return self._views[name]

    def disagreements(self, challenger: Challenger) -> Disagreements:
        """The register of a challenger, in a file of its own, as far as it has followed the log."""
        view = Disagreements(self._path.parent / f"{self._path.stem}.disagreements.{challenger.name}.db", challenger)
        self._closing.callback(view.close)
        return view

    @property
    def queues(self) -> CsoQueues:
        """The queues, caught up with the log."""
        view = self.view(CsoQueues.name)
        assert isinstance(view, CsoQueues)
        view.catch_up(self.log)
        return view

    @property
    def audit(self) -> AuditTrail:
        """The audit trail, caught up with the log."""
        view = self.view(AuditTrail.name)
        assert isinstance(view, AuditTrail)
        view.catch_up(self.log)
        return view

    @property
    def ledger(self) -> NotServed:
        """The *not served* ledger, caught up with the log."""
        view = self.view(NotServed.name)
        assert isinstance(view, NotServed)
        view.catch_up(self.log)
        return view

    def _board(self) -> Board:
        """The queues as the projection has them; if it is broken, an empty board: the engine folds the log itself."""
        try:
            queues = self.queues
            position = queues.position  # first: what another process folds in meanwhile is folded again, harmlessly
            return Board(queues.entries(), position)
        except (ProjectionError, ViewFileError):
            return Board((), 0)

    def close(self) -> None:
        """Close the log and the views."""
        self._closing.close()

    def __exit__(self, *_: object) -> None:
        self.close()


def classifier_of(policy: Policy, agency: Path) -> Classifier:
    """The classifier of an agency's folder: the model in it, or none if the policy says so.

    A model whose ceiling was chosen for other rules knows nothing of what these would send to a CSO: it abstains.

    Raises `ModelFileError` where the model is missing, was altered, or belongs to another agency, limit or version.
    """
    if policy.classifier == "none":
        return RulesAlone()
    model = read_model(agency / MODEL_FILE).model
    check_fits(model, policy)
    return TableModel(model) if fits_rules(model, policy) else Abstains(RULES_CHANGED)


def default_classifier(policy: Policy) -> Classifier:
    """Rules alone if the policy says that none is configured; else one that abstains, as none is there: sworn."""
    return (
        RulesAlone() if policy.classifier == "none" else Abstains("the policy requires a classifier and none is here")
    )
