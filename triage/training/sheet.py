"""What is said of a model as plain sections, so that a terminal and a page say the same; how figures are written."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal, NamedTuple

from triage.training.card import Estimate

DIGITS: Final = 16
"""How much of a file's SHA-256 is shown; the rest stands in the card's JSON."""

HIDDEN: Final = "hidden"
"""What stands for a figure of a group that is too small to be shown."""

NOTHING: Final = "-"
"""What stands for a share of nothing."""

TENTH: Final = 0.1

PictureName = Literal["reliability", "risk-coverage", "routes"]


class Words(NamedTuple):
    """A paragraph; `weighty` for what nobody may miss."""

    text: str
    weighty: bool = False


class Points(NamedTuple):
    """Sentences that stand one below the other."""

    items: tuple[str, ...]


class Grid(NamedTuple):
    """A table. `right` are the columns set to the right, `whole` those never broken over lines, both from 0.

    A terminal shows at most `shown` rows, the last ones where `from_end`; `what` names what a row is.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: tuple[int, ...] = ()
    whole: tuple[int, ...] = ()
    caption: str = ""
    what: str = "rows"
    shown: int | None = None
    from_end: bool = False

    @property
    def left_out(self) -> int:
        """How many rows a terminal leaves out."""
        return 0 if self.shown is None else max(0, len(self.rows) - self.shown)


Block = Words | Points | Grid


class Section(NamedTuple):
    """A heading and what stands below it. `picture` is for a page; `page_only` is too long for a terminal."""

    title: str
    blocks: tuple[Block, ...]
    picture: PictureName | None = None
    page_only: bool = False


def per_cent(share: float) -> str:
    """`12.3%`, or `0.73%` below a tenth, where the second place counts."""
    return f"{_places(share)}%"


def ceiling(risk: float) -> str:
    """`2.6%`, `1.234%`: a ceiling, of which neighbours differ in the fourth place."""
    return f"{100 * risk:.4g}%"


def interval(low: float, high: float) -> str:
    """`0.15-2.11`: both ends in per cent, with as many places as the larger one."""
    places = 1 if high >= TENTH else 2
    return f"{100 * low:.{places}f}-{100 * high:.{places}f}"


def estimate(found: Estimate) -> str:
    """`3 of 412: 0.73% (0.15-2.11)`; of nothing `0 of 0`."""
    return f"{found.number:,} of {found.of:,}" + (f": {share(found)}" if found.of else "")


def share(found: Estimate) -> str:
    """`0.73% (0.15-2.11)`; `-` of nothing."""
    if found.share is None or found.low is None or found.high is None:
        return NOTHING
    return f"{per_cent(found.share)} ({interval(found.low, found.high)})"


def figure(value: float | None, places: int = 4) -> str:
    """A number with its decimal places; `-` for None."""
    return NOTHING if value is None else f"{value:.{places}f}"


def counted(number: int, what: str) -> str:
    """`1 call`, `2 calls`, `1,000 calls`."""
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def day(moment: datetime) -> str:
    """`2023-07-14`."""
    return moment.date().isoformat()


def listed(names: Sequence[str]) -> str:
    """`A, B and C`."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else "none"


def _places(share: float) -> str:
    return f"{100 * share:.{1 if share >= TENTH else 2}f}"
