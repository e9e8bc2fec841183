"""What is learnt from which calls: the histories of one or several agencies, by the part that each plays."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from triage.domain.policy import Policy
from triage.training.card import FileRead
from triage.training.errors import TrainingError
from triage.training.history import Row
from triage.training.splits import STANDARD, Parts, split

DECIDED_MIN: Final = 100
"""Decided calls to learn from (assumption)."""

EACH_MIN: Final = 10
"""Decided calls of either outcome, to learn from and to calibrate with (assumption)."""


class Agency(NamedTuple):
    """An agency's policy, its history in time order, and the files that this was read from."""

    policy: Policy
    rows: Sequence[Row]
    files: tuple[FileRead, ...] = ()


class Lessons(NamedTuple):
    """The calls by what they are for.

    `learn` are the decided calls to fit to, one agency after the other; `ordering` the calls of which the order of the
    ceilings comes; `calibrate` those that calibration and ceiling rest on, of the agencies `certifying`; `test` own
    calls that nothing touched; `usual` own calls as they come, for drift. `parts` is the split of each agency.
    """

    own: Agency
    others: Sequence[Agency]
    borrowed: bool
    parts: Sequence[tuple[Agency, Parts]]
    learn: Sequence[Sequence[Row]]
    ordering: Sequence[Row]
    calibrate: Sequence[Row]
    certifying: tuple[str, ...]
    test: Sequence[Row]
    usual: Sequence[Row]

    @property
    def learnt(self) -> list[Row]:
        """All decided calls to fit to."""
        return [row for rows in self.learn for row in rows]


def lessons(
    own: Agency, others: Sequence[Agency], shares: tuple[int, int, int] = STANDARD, *, borrowed: bool
) -> Lessons:
    """The calls of `own` and `others` by what they are for, each agency's split by time.

    Raises `TrainingError` where there are too few, or of one outcome only, or in no order of time.
    """
    _check_agencies(own, others, borrowed=borrowed)
    parts = [(agency, split(agency.rows, shares)) for agency in ([] if borrowed else [own])]
    for agency in others:
        cut = split(agency.rows, shares)
        if not borrowed:  # only own calls calibrate, so those of others may be learnt from instead
            cut = Parts([*cut.train, *cut.calibrate], (), cut.test)
        parts.append((agency, cut))
    learn = [[row for row in cut.train if row.decided] for _, cut in parts]
    teaching = parts if borrowed else parts[:1]
    found = Lessons(
        own=own,
        others=others,
        borrowed=borrowed,
        parts=parts,
        learn=learn,
        ordering=[row for _, cut in teaching for row in cut.train],
        calibrate=[row for _, cut in teaching for row in cut.calibrate],
        certifying=tuple(agency.policy.agency for agency, _ in teaching),
        test=own.rows if borrowed else parts[0][1].test,
        usual=own.rows if borrowed else [*parts[0][1].train, *parts[0][1].calibrate],
    )
    _check_enough("training", found.learnt, DECIDED_MIN, found)
    _check_enough("calibration", [row for row in found.calibrate if row.decided], 2 * EACH_MIN, found)
    return found


def _check_agencies(own: Agency, others: Sequence[Agency], *, borrowed: bool) -> None:
    if borrowed and not others:
        raise TrainingError("a borrowed model needs at least 1 other agency to learn from: --from DIR=FILE")
    names = [agency.policy.agency for agency in (own, *others)]
    whose: dict[str, str] = {}
    for agency in (own, *others):
        if names.count(agency.policy.agency) > 1:
            raise TrainingError(f"`{agency.policy.agency}` stands twice: name each agency once, with all its files")
        for file in agency.files:
            if whose.setdefault(file.sha256, agency.policy.agency) != agency.policy.agency:
                raise TrainingError(
                    f"`{file.name}` stands for `{whose[file.sha256]}` and for `{agency.policy.agency}`, with the same"
                    " bytes: calls of one agency can be no calls of another"
                )
        if not agency.rows:
            raise TrainingError(f"`{agency.policy.agency}` has 0 calls: at least 1 in each part is needed")


def _check_enough(name: str, rows: Sequence[Row], least: int, found: Lessons) -> None:
    """Raises where the decided calls of a part are too few in all, or of one outcome."""
    used = sum(row.used for row in rows)
    kept = f"the {name} part has {len(rows):,} calls of which it is known whether authority was used"
    if len(rows) < least:
        raise TrainingError(f"{kept}: at least {least} are needed{_way_out(found)}")
    for number, words in ((used, "with authority used"), (len(rows) - used, "without")):
        if number < EACH_MIN:
            raise TrainingError(f"{kept}, {number:,} of them {words}: at least {EACH_MIN} are needed{_way_out(found)}")


def _way_out(found: Lessons) -> str:
    if found.borrowed:
        return "; give more files of the agencies to learn from"
    return "; give more files, or learn from another agency alone: --borrowed --from DIR=FILE"
