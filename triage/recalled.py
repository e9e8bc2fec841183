"""What made the decisions of a log, read back from it: every policy and model that it adopted."""

from itertools import islice
from typing import Final, NamedTuple, Self

from triage.classifiers.drift import DriftWatch
from triage.classifiers.features import CallToAssess
from triage.classifiers.table import TableModel
from triage.domain.desk import Desk
from triage.domain.events import Assessment, DriftMeasured, ModelAdopted, PolicyAdopted
from triage.store import EventLog

PAGE_EVENTS: Final = 400
NO_MODEL: Final = "none"


class Policies(NamedTuple):
    """Every policy that was adopted, by digest, and from which position of the log each held."""

    by_digest: dict[str, Desk]
    since: tuple[tuple[int, str], ...]

    @classmethod
    def of(cls, log: EventLog) -> Self:
        """Those of `log`."""
        by_digest: dict[str, Desk] = {}
        since = []
        after = 0
        while page := log.read(after, PAGE_EVENTS, ("policy_adopted",)):
            for recorded in page:
                event = recorded.event
                assert isinstance(event, PolicyAdopted)
                by_digest[event.digest] = Desk(event.policy, event.digest)
                since.append((recorded.position, event.digest))
            after = page[-1].position
        return cls(by_digest, tuple(since))

    def at(self, position: int) -> Desk | None:
        """The one adopted last before a position."""
        digest = next((digest for start, digest in reversed(self.since) if start < position), None)
        return None if digest is None else self.by_digest[digest]


class Models(NamedTuple):
    """Every model that was adopted, by digest, and each measurement of drift with its position."""

    by_digest: dict[str, TableModel]
    measured: tuple[tuple[int, DriftMeasured], ...]

    @classmethod
    def of(cls, log: EventLog) -> Self:
        """Those of `log`. A model whose digest is not its own is none."""
        by_digest: dict[str, TableModel] = {}
        measured = []
        after = 0
        while page := log.read(after, PAGE_EVENTS, ("model_adopted", "drift_measured")):
            for recorded in page:
                event = recorded.event
                if isinstance(event, DriftMeasured):
                    measured.append((recorded.position, event))
                elif isinstance(event, ModelAdopted) and event.digest == event.model.digest:
                    by_digest[event.digest] = TableModel(event.model)
            after = page[-1].position
        return cls(by_digest, tuple(measured))

    def assessed(self, recorded: Assessment, call: CallToAssess, position: int) -> Assessment | None:
        """The assessment as it is computed again; None where the log does not hold the model that it names.

        Without a model there is no risk. An abstention without one is what a classifier that failed or that was not
        there left behind: it is taken as it stands, as all that it can have done is to hold a CSO back.
        """
        if recorded.model == NO_MODEL:
            return None if recorded.risk is not None else recorded
        table = self.by_digest.get(recorded.model)
        if table is None:
            return None
        (found,) = table.assess([call])
        if recorded.abstained is None or found.abstained is not None:
            return found
        return recorded if recorded in self._drifted(table, position) else found

    def _drifted(self, table: TableModel, position: int) -> list[Assessment]:
        """What the model says of any call, where one of its last two measurements before a position found drift.

        Of two: while an engine decides another one may measure, and the first cannot know that yet.
        """
        digest = table.model.digest
        of_model = (event for at, event in reversed(self.measured) if at < position and event.model == digest)
        watch = DriftWatch(table.model)
        said = []
        for event in islice(of_model, 2):
            watch.resume(event.beyond)
            if (abstention := watch.abstention()) is not None:
                said.append(abstention)
        return said
