"""A decision on which champion and challenger differ, and how it stands in the register."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple, cast

from triage.domain.events import Assessment, CallTriaged
from triage.domain.judge import ENGINE_REASONS
from triage.domain.values import Route
from triage.projections.judged_call import Closing, closing_of, utc

REGISTER_COLUMNS: Final = (
    "position",
    "call_id",
    "occurred_at",
    "policy",
    "champion",
    "champion_because",
    "champion_open",
    "champion_said",
    "challenger",
    "challenger_because",
    "challenger_open",
    "challenger_said",
)
"""`policy` is the champion's, by digest; `because` and `open` (questions) are lists, `said` an assessment, as JSON."""


class Decided(NamedTuple):
    """Where one of the two sends a call and why, what is open to ask, and what its classifier said."""

    route: Route
    because: tuple[str, ...]
    open_questions: tuple[str, ...]
    assessment: Assessment

    @property
    def undecided(self) -> bool:
        """Whether an officer goes only as nobody has ruled out yet what `because` names."""
        return self.route == "sworn" and bool(self.open_questions) and self.because[0] not in ENGINE_REASONS


class Disagreement(NamedTuple):
    """A decision on which the two differ: where it stands in the log, and how the call ended; None: it is open."""

    position: int
    call_id: str
    occurred_at: datetime
    policy: str
    champion: Decided
    challenger: Decided
    closing: Closing | None


def register_row(position: int, event: CallTriaged, champion: Decided, challenger: Decided) -> tuple[object, ...]:
    """A row of `REGISTER_COLUMNS`."""
    both = (
        column
        for decided in (champion, challenger)
        for column in (
            decided.route,
            json.dumps(decided.because),
            json.dumps(decided.open_questions),
            decided.assessment.model_dump_json(),
        )
    )
    return (position, event.call_id, utc(event.occurred_at), event.policy, *both)


def read_disagreement(columns: Sequence[object]) -> Disagreement:
    """The disagreement of a row, with who closed the call, its disposition and its final type behind it."""
    position, call_id, occurred_at, policy, *rest = columns
    at = datetime.fromisoformat(str(occurred_at))
    champion, challenger = _decided(*rest[:4]), _decided(*rest[4:8])
    return Disagreement(int(str(position)), str(call_id), at, str(policy), champion, challenger, closing_of(*rest[8:]))


def _decided(route: object, because: object, open_questions: object, said: object) -> Decided:
    return Decided(
        cast("Route", route),
        tuple(json.loads(str(because))),
        tuple(json.loads(str(open_questions))),
        Assessment.model_validate_json(str(said)),
    )
