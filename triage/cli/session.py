"""Opening what a command works on: the agency's folder to decide with, the log to read."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from triage.bootstrap import RULES_CHANGED, App, classifier_of, utc_now
from triage.cli import clock
from triage.cli.failures import UsageError
from triage.cli.options import Common, quoted
from triage.cli.screen import Screen
from triage.domain.errors import meant
from triage.domain.policy import Policy
from triage.domain.roster import Unit
from triage.rulebook import RulebookError, load

HISTORY: Final = timedelta(days=2)
"""A log that ends longer ago than this is history: whoever acts on it at the wall clock's time is told."""


@dataclass
class Session:
    """An open log, with the policy that decides or, where nothing is decided, the one that decided last."""

    app: App
    common: Common
    screen: Screen

    @cached_property
    def policy(self) -> Policy | None:
        """The policy that the log adopted last; None for a log without a decision."""
        adopted = self.app.adopted()
        return adopted[-1] if adopted else None

    @cached_property
    def zone(self) -> ZoneInfo:
        """The agency's time zone; UTC as long as the log holds no decision."""
        return ZoneInfo(self.policy.time_zone if self.policy else "UTC")

    @cached_property
    def last(self) -> datetime | None:
        """When the last event of the log happened, by CAD's clock; None for an empty log."""
        head = self.app.log.head()
        page = self.app.log.read(head - 1, 1) if head else []
        return page[0].event.occurred_at.astimezone(UTC) if page else None

    def moment(self, text: str) -> datetime:
        """The moment that `text` means."""
        return clock.moment(text, self.zone, utc_now())

    def now(self, text: str | None) -> datetime:
        """The moment to act at: `text`, else the wall clock's, with a word of warning where the log is history."""
        if text is not None:
            return self.moment(text)
        wall = utc_now()
        if self.last is not None and wall - self.last > HISTORY:
            self.screen.note(
                f"note: the log ends on {self.shown(self.last)} and this happens now; to act in the log's own time add"
                f" --now {quoted(clock.typed(self.last, self.zone))}"
            )
        return wall

    def shown(self, time: datetime, *, seconds: bool = False) -> str:
        """`time` as the agency's clocks show it."""
        return clock.shown(time, self.zone, seconds=seconds)

    def unit(self, name: str) -> Unit | None:
        """The unit called `name`, whatever its case; None where the log has no roster yet.

        Raises `UsageError` with the nearest for one that the roster does not have.
        """
        return None if self.policy is None else unit_of(self.policy, name)


@contextmanager
def reading(common: Common) -> Iterator[Session]:
    """A session that only reads: the log is enough for it, whatever state the agency's folder is in."""
    _check_log(common)
    with App(None, common.log) as app:
        yield Session(app, common, Screen(as_json=common.json))


@contextmanager
def deciding(common: Common) -> Iterator[Session]:
    """A session that decides by the agency's folder."""
    _check_log(common)
    with decided_by(policy_of(common.agency), common) as session:
        yield session


@contextmanager
def decided_by(policy: Policy, common: Common) -> Iterator[Session]:
    """A session that decides by `policy`; it begins a new log where there is none."""
    classifier = classifier_of(policy, common.agency)
    screen = Screen(as_json=common.json)
    if policy.classifier == "required" and classifier.model is None:
        screen.note(
            f"note: {RULES_CHANGED} (`triage train`); until then every call that would go to a CSO goes to an officer"
        )
    with App(policy, common.log, classifier=classifier) as app:
        session = Session(app, common, screen)
        session.__dict__["policy"] = policy
        yield session


def policy_of(agency: Path) -> Policy:
    """The policy of the agency's folder. Raises `UsageError` or `RulebookError` that says what to do."""
    check_agency(agency)
    try:
        return load(agency)
    except RulebookError as error:
        number = len(error.problems)
        raise UsageError(
            f"the agency's folder `{agency}` has {number} {'error' if number == 1 else 'errors'}, so nothing is decided"
            f" by it; `triage check {quoted(str(agency))}` shows all\n{error}"
        ) from error


def check_agency(agency: Path) -> None:
    """Raises `UsageError` where there is no such folder."""
    if not agency.is_dir():
        what = "is not a folder" if agency.exists() else "is not there"
        raise UsageError(
            f"the agency's folder `{agency}` {what}; run triage from the folder that holds it, or say where it is:"
            " --agency DIR, or the variable TRIAGE_AGENCY"
        )


def unit_of(policy: Policy, name: str) -> Unit:
    """The unit of the roster called `name`, whatever its case."""
    for unit in policy.roster.units:
        if unit.id.upper() == name.strip().upper():
            return unit
    raise UsageError(f"no unit `{name[:60]}` in the roster; {meant(name.upper()[:60], policy.roster.by_id)}")


def _check_log(common: Common) -> None:
    """Raises `UsageError` where there is no log yet, so that reading from a mistyped path makes no file."""
    name = common.log.removeprefix("sqlite:")
    if name and "://" not in name and not Path(name).exists():
        raise UsageError(
            f"there is no log at `{common.log}`; `triage run FILE` makes one, or say where it is: --log PATH, or the"
            " variable TRIAGE_LOG"
        )
