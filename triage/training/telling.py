"""What a card says of the calls behind a model, and what its reader has to know first."""

from collections import Counter
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Final

from triage.domain.model import Model
from triage.outcomes import OUTCOMES
from triage.training.card import CAVEAT_MAX, Certificate, Compared, Part, Source
from triage.training.errors import TrainingError
from triage.training.history import Row
from triage.training.lessons import Agency, Lessons
from triage.training.sheet import counted, listed
from triage.training.splits import Parts

DAYS_OF_YEAR: Final = 365
STRAY: Final = 100
"""One in so many of the first calls, and of the last, may lie far from all others."""

FEW_CALLS: Final = 1_000
"""Own calls below which their shares are called uncertain (assumption)."""

_LIBRARIES: Final = ("triage", "scikit-learn", "numpy", "scipy")


def made_with() -> str:
    """The versions of what computed the numbers: with others the last digits may differ."""
    return ", ".join(f"{name} {_version(name)}" for name in _LIBRARIES)


def check_notes(notes: Sequence[str]) -> tuple[str, ...]:
    """The notes without outer blanks. Raises `TrainingError` for one that a card cannot say on a line of its own."""
    said = tuple(note.strip() for note in notes)
    for place, note in enumerate(said, start=1):
        if not 1 <= len(note) <= CAVEAT_MAX:
            raise TrainingError(f"note {place} has {len(note):,} characters; valid: 1 to {CAVEAT_MAX:,}")
        bad = next((at for at, letter in enumerate(note) if not letter.isprintable()), None)
        if bad is not None:
            raise TrainingError(
                f"character {bad + 1} of note {place} is `U+{ord(note[bad]):04X}`, which cannot be shown; valid:"
                " letters, digits, signs and blanks, on one line"
            )
    return said


def sources(lesson: Lessons) -> tuple[Source, ...]:
    """The calls of each agency, the model's own first."""
    return tuple(_source(agency, lesson) for agency in (lesson.own, *lesson.others))


def parts_of(lesson: Lessons) -> tuple[Part, ...]:
    """The parts of each agency's split that hold calls, in order of time."""
    found = []
    for agency, parts in lesson.parts:
        for name, rows in zip(Parts._fields, parts, strict=True):
            if rows:
                found.append(_part(agency, name, rows))
    return tuple(found)


def caveats(
    lesson: Lessons, compared: Sequence[Compared], certificate: Certificate, *, leaks_checked: bool
) -> tuple[str, ...]:
    """What has to be known before any figure is read, the gravest first."""
    said = [
        *_of_borrowing(lesson),
        *_of_ceiling(lesson, certificate),
        (
            "Every outcome followed a sworn response. The risk says how often authority was used; not that an officer"
            " was needed, nor what a CSO would have achieved."
        ),
        *_of_undecided(lesson),
        *_of_period(lesson),
        *_of_boosting(compared),
    ]
    if not leaks_checked:
        said.append(
            "There were too few later calls of both outcomes to tell whether a feature was filled in afterwards."
        )
    return tuple(said)


def of_drift(unsteady: Sequence[str], model: Model) -> tuple[str, ...]:
    """What drift is not watched in, as the agency's own calls differ too much from one window to the next."""
    if not unsteady:
        return ()
    said = (
        f"Drift is not watched in {listed(unsteady)}: some {model.drift_window:,} of the agency's own calls already"
        f" differ from all of them by more than the limit of {model.drift_limit:g}."
    )
    return (said,)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "unknown"


def _source(agency: Agency, lesson: Lessons) -> Source:
    outcomes = Counter(row.outcome for row in agency.rows)
    own = agency is lesson.own
    return Source(
        agency=agency.policy.agency,
        own=own,
        learnt=not (own and lesson.borrowed),
        files=agency.files,
        first=agency.rows[0].call.reported_at,
        last=agency.rows[-1].call.reported_at,
        calls=len(agency.rows),
        outcomes={outcome: outcomes[outcome] for outcome in OUTCOMES},
    )


def _part(agency: Agency, name: str, rows: Sequence[Row]) -> Part:
    decided = [row for row in rows if row.decided]
    sent = [row for row in decided if row.route == "cso"]
    return Part.model_validate(
        {
            "agency": agency.policy.agency,
            "name": name,
            "first": rows[0].call.reported_at,
            "last": rows[-1].call.reported_at,
            "calls": len(rows),
            "decided": len(decided),
            "authority_used": sum(row.used for row in decided),
            "sent": len(sent),
            "sent_authority_used": sum(row.used for row in sent),
        }
    )


def _of_borrowing(lesson: Lessons) -> list[str]:
    own, others = lesson.own.policy.agency, " and ".join(agency.policy.agency for agency in lesson.others)
    if lesson.borrowed:
        return [
            (
                f"Borrowed: no outcome of {own} is in this model. It is learnt from calls of {others}, calibrated on"
                f" them, and its ceiling was chosen on them as their own rules send them. So nothing certifies the"
                f" limit for {own}: that {own} is like them is an assumption."
            ),
            *_of_few(lesson, own),
        ]
    if lesson.others:
        return [
            (
                f"Calls of {others} are learnt from too, as the canonical types are common to all. Calibration and"
                f" ceiling rest on calls of {own} alone."
            )
        ]
    return []


def _of_few(lesson: Lessons, own: str) -> list[str]:
    if len(lesson.usual) >= FEW_CALLS:
        return []
    return [
        (
            f"The reference for drift is {len(lesson.usual):,} calls of {own}, too few for firm shares; of how often"
            f" authority is used there they say nothing."
        )
    ]


def _of_ceiling(lesson: Lessons, certificate: Certificate) -> list[str]:
    if certificate.ceiling is not None:
        return []
    sent = [row for row in lesson.calibrate if row.decided and row.route == "cso"]
    return [
        (
            f"No ceiling satisfied the limit of {100 * certificate.limit:.4g} % with {certificate.confidence:.0%}"
            f" confidence, so every CSO is withheld. It takes at least {certificate.needed:,} decided calls without"
            f" authority used that the rules send to a CSO, and on which the model has an opinion; the calibration"
            f" part has {len(sent):,} that the rules send to a CSO, with authority used in"
            f" {sum(row.used for row in sent):,}."
        )
    ]


def _of_undecided(lesson: Lessons) -> list[str]:
    read = [row for _, parts in lesson.parts for row in (*parts.train, *parts.calibrate)]
    decided = sum(row.decided for row in read)
    said = []
    if decided < len(read):
        said.append(
            f"Of {len(read):,} calls to learn from and to calibrate with, {len(read) - decided:,}"
            f" ({1 - decided / len(read):.0%}) are left out, as their closing does not say whether authority was used."
        )
    sent = [row for row in lesson.calibrate if row.route == "cso"]
    unknown = sum(not row.decided for row in sent)
    if unknown:
        said.append(
            f"The ceiling speaks of decided calls alone: of {len(sent):,} that the rules send to a CSO in the"
            f" calibration part, {unknown:,} ({unknown / len(sent):.0%}) are not."
        )
    return said


def _of_period(lesson: Lessons) -> list[str]:
    """The few calls at either end are left out: a call kept open for months says nothing of those months."""
    said = []
    for agency, _ in lesson.parts:
        few = len(agency.rows) // STRAY
        first, last = (agency.rows[place].call.reported_at.date() for place in (few, -1 - few))
        days = (last - first).days + 1
        if days < DAYS_OF_YEAR:
            said.append(
                f"Nearly all calls of {agency.policy.agency} came within {counted(days, 'day')} ({first} to {last}):"
                f" what other seasons are like, the model cannot know."
            )
    return said


def _of_boosting(compared: Sequence[Compared]) -> list[str]:
    taken = next(entry for entry in compared if entry.chosen)
    trees = min((entry for entry in compared if "boosting" in entry.name), key=lambda entry: entry.behind, default=None)
    if trees is None or trees.behind >= -trees.noise:
        return []
    return [
        (
            f"Gradient-boosted trees are better by {-trees.behind:.4f} of log loss (standard error {trees.noise:.4f})"
            f" than the best that can be written as a table; `{taken.name}` was taken all the same."
        )
    ]
