"""Reports as Seattle's dispatchers would have sent them: types, channels and priorities by their published counts.

What the other benchmarks draw their calls from; it measures nothing itself. The counts are those of
`seattle_vera_taxonomy` (2009 to 2019, MIT) in the data beside the project. Without that folder every call type of
`config/seattle` comes equally often, and the benchmarks say so.

Assumptions, as joint counts are not published: type, channel, priority and place are drawn independently of one
another, which makes more combinations than there are; calls come at random, 88 seconds apart on average (3.9 million in
eleven years); one in ten has a narrative of 200 characters, all of them invented.
"""

import csv
import json
import random
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import accumulate
from operator import attrgetter
from pathlib import Path
from typing import Final, NamedTuple, Self

from triage.domain.commands import ClearCall, ReportCall, Request
from triage.domain.policy import Policy
from triage.domain.report import Report
from triage.engine import Engine
from triage.rulebook import REGISTRY, load

ROOT: Final = Path(__file__).parents[1]
COUNTS: Final = ROOT.parent / "shared" / "data" / "seattle_vera_taxonomy"
START: Final = datetime(2024, 5, 13, 7, 0, tzinfo=UTC)
BATCH: Final = 128
SECONDS_BETWEEN: Final = 88.0
MINUTES_OPEN: Final = 45.0
ONE_IN_WITH_NARRATIVE: Final = 10
NARRATIVE_CHARACTERS: Final = 200
NARRATIVES: Final = (
    (
        "caller reports an older man asleep at the bus stop since this morning, no weapons seen, not known to be hurt, "
        "wants somebody to check on him and perhaps offer a place to stay tonight as it is getting cold outside"
    ),
    (
        "neighbour upstairs has had music on since noon and does not answer the door, caller has spoken with them "
        "before, no threats were made, nobody is fighting, would like someone to talk to both sides about the hours"
    ),
    (
        "two people yelling at each other in the car park behind the shop, one of them has a knife in the hand, staff "
        "have locked the door and stay inside, unknown whether anyone is bleeding, they can be seen from the counter"
    ),
    (
        "bicycle found behind the library, locked to nothing, has been there for a week, caller can hold it until "
        "somebody comes by, no hurry at all, leave a message with the front desk if the door is closed then"
    ),
    (
        "daughter of sixteen left home last night after a quarrel and is not answering, she said that she would stay "
        "with a friend, no history of this, caller denies any violence in the house and would like advice on what to do"
    ),
)


class Urn(NamedTuple):
    """Names to draw from, each with its count and those before it added up."""

    names: Sequence[str]
    counts: Sequence[float]

    @classmethod
    def of(cls, names: Sequence[str], counts: Sequence[float]) -> Self:
        """Names and how often each occurs."""
        return cls(names, list(accumulate(counts)))

    def draw(self, chance: random.Random) -> str:
        """One name."""
        return chance.choices(self.names, cum_weights=self.counts)[0]


class Mix(NamedTuple):
    """What there is to draw from, and where the counts come from."""

    types: Urn
    channels: Urn
    priorities: Urn
    source: str


@cache
def policy() -> Policy:
    """Seattle's policy, as it stands in `config/seattle`, by its rules alone: without a model it would send no CSO."""
    return load(ROOT / "config" / "seattle").model_copy(update={"classifier": "none"})


@cache
def mix() -> Mix:
    """The published mix, or a flat one where the counts are not beside the project."""
    if not COUNTS.is_dir():
        names = [entry.name for entry in policy().call_types if not entry.name.startswith(REGISTRY)]
        flat = Urn.of(names, [1.0] * len(names))
        return Mix(flat, Urn.of(["911"], [1.0]), Urn.of(["3"], [1.0]), "every call type equally often")
    years = _rows("seattle_priority_by_year.csv")
    priorities = [name for name in years[0] if name != "Year"]
    return Mix(
        _counted("call_types_5cities.csv", "Initial Call Type", "call_type"),
        _counted("self_initiated.csv", "Call Type", "value"),
        Urn.of(
            [name.removeprefix("priority_") for name in priorities],
            [sum(float(year[name]) for year in years) for name in priorities],
        ),
        "seattle_vera_taxonomy, 2009 to 2019",
    )


def places() -> list[tuple[str, str]]:
    """Precincts and beats, as the roster writes them: a unit's first area is its precinct, its beats end in a digit."""
    return sorted(
        {(unit.areas[0], area) for unit in policy().roster.units for area in unit.areas if area[-1:].isdigit()}
    )


def requests(said: Iterable[bytes]) -> list[ReportCall]:
    """What the engine is asked for each line; `now` is CAD's own time, as in a replay."""
    reports = [Report.model_validate_json(line) for line in said]
    return [ReportCall(call_id=report.call_id, now=report.reported_at, by="cad", report=report) for report in reports]


def with_closings(reports: Sequence[ReportCall], seed: int = 3) -> list[ReportCall | ClearCall]:
    """The same requests and CAD's closing of each call, in clock order: after 45 minutes on average (an assumption)."""
    chance = random.Random(seed)
    closings = [
        ClearCall(
            call_id=report.call_id,
            now=report.now + timedelta(minutes=chance.expovariate(1 / MINUTES_OPEN)),
            by="cad",
            unit=None,
            disposition="ASSISTANCE RENDERED",
        )
        for report in reports
    ]
    return sorted([*reports, *closings], key=attrgetter("now"))


def handle_all(engine: Engine, requested: Sequence[Request]) -> None:
    """Hand `requested` to the engine as a replay does, in full batches."""
    for start in range(0, len(requested), BATCH):
        engine.handle(requested[start : start + BATCH], replay=True)


def lines(count: int, first: int = 0, seed: int = 1) -> Iterator[bytes]:
    """`count` reports as NDJSON, in clock order, calls numbered from `first` on. The same seed: the same reports."""
    chance = random.Random(seed)
    everywhere = places()
    types, channels, priorities, _ = mix()
    now = START + timedelta(seconds=first * SECONDS_BETWEEN)
    for number in range(first, first + count):
        now += timedelta(seconds=chance.expovariate(1 / SECONDS_BETWEEN))
        precinct, beat = chance.choice(everywhere)
        said = {
            "call_id": f"2024{number:09d}",
            "reported_at": now.isoformat(),
            "call_type": types.draw(chance),
            "channel": channels.draw(chance),
            "priority": priorities.draw(chance),
            "precinct": precinct,
            "beat": beat,
        }
        if number % ONE_IN_WITH_NARRATIVE == 0:
            said["narrative"] = chance.choice(NARRATIVES)[:NARRATIVE_CHARACTERS]
        yield json.dumps(said).encode()


def _counted(file: str, column: str, value: str) -> Urn:
    rows = [row for row in _rows(file) if row["city"] == "Seattle" and row["column"] == column]
    return Urn.of([row[value] for row in rows], [float(row["count"]) for row in rows])


def _rows(file: str) -> list[dict[str, str]]:
    with (COUNTS / file).open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))
