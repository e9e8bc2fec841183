"""What `triage train` says: what was read, how the model was chosen, its ceiling, and how it does on calls unseen."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from triage.cli.model_screen import show_grid
from triage.cli.options import Common, quoted
from triage.cli.screen import Screen, counted
from triage.domain.model import Model
from triage.outcomes.classes import DECIDED
from triage.training.card import Card, Certificate, Compared, Part, Performance
from triage.training.sheet import Grid, day, estimate, figure, interval, listed, per_cent

REASONS_SHOWN: Final = 4
_PARTS: Final = ("Part", "From", "Calls", "Decided", "Authority\nused", "CSO by rules,\ndecided", "Authority\nused")
PARTS: Final[Mapping[str, str]] = {"train": "to train", "calibrate": "to calibrate", "test": "to test"}


def report_training(screen: Screen, model: Model, card: Card, written: tuple[Path, str], common: Common) -> None:
    """Everything that was done, in the order in which it was done, and what to type next."""
    _read(screen, card)
    _parts(screen, card)
    _compared(screen, card.compared)
    screen.head("Up to which risk a CSO may go")
    screen.say(ceiling_words(card.certificate))
    _test(screen, card, model)
    screen.head("What to know before any figure is used")
    for caveat in card.caveats:
        screen.say(f"- {caveat}", hang=2)
    place, digest = written
    screen.say()
    screen.line(f"Written to {place}: {model.name}, digest {digest[:16]}")
    again = common.again()
    if model.ceiling is not None:
        screen.say("It counts once the policy says `classifier: required`.")
    screen.say()
    screen.commands(
        [
            (f"triage model show{again}" + _elsewhere(place, common), "its card, every weight in it, its pictures"),
            (f"triage check{again}", "the folder as a whole, with its model"),
        ]
    )


def document(place: Path, digest: str, model: Model, card: Card) -> dict[str, object]:
    """What was written where, and the card, for programs."""
    told = card.model_dump(mode="json", exclude={"one_rate", "type_rates", "trained_by"})
    named = {"written": str(place), "digest": digest, "model": model.name, "agency": model.agency}
    return {**named, "borrowed": model.borrowed, **told}


def ceiling_words(certificate: Certificate) -> str:
    """The ceiling and what it rests on, or that there is none and what it would take."""
    limit, sure = per_cent(certificate.limit), f"{certificate.confidence:.0%}"
    of = f"the calibration part of {listed(certificate.agencies)}"
    if certificate.ceiling is None or certificate.bound is None:
        first = next(iter(certificate.tested), None)
        tested = (
            "none could be tested, as the model has no opinion on any such call"
            if first is None
            else f"below the first that was tested there are {first.calls:,}, with authority used in"
            f" {first.authority_used:,}"
        )
        return (
            f"No ceiling satisfies the limit of {limit} with {sure} confidence, so every CSO is withheld. It takes at"
            f" least {counted(certificate.needed, 'decided call')} without authority used that the rules send to a"
            f" CSO; in {of} {tested}."
        )
    return (
        f"From a risk of {per_cent(certificate.ceiling)} on a CSO is withheld. Below it, in {of}, authority was used in"
        f" {certificate.authority_used:,} of {counted(certificate.calls, 'decided call')} that the rules send to a CSO:"
        f" with {sure} confidence at most {per_cent(certificate.bound)}; the limit is {limit}. (Learn-then-Test, exact"
        f" binomial, {counted(len(certificate.tested), 'ceiling')} tested in a fixed order.)"
    )


def _read(screen: Screen, card: Card) -> None:
    for source in card.sources:
        decided = sum(source.outcomes.get(outcome, 0) for outcome in DECIDED)
        rows = sum(file.rows for file in source.files)
        learnt = "" if source.learnt else "; nothing is learnt from how they ended"
        screen.say(
            f"{source.agency}: {counted(rows, 'row')}, {counted(source.calls, 'call')} from {day(source.first)} to"
            f" {day(source.last)}; of {decided:,} it is known whether authority was used, and it was in"
            f" {source.outcomes.get('authority_used', 0):,}{learnt}.",
            hang=2,
        )


def _parts(screen: Screen, card: Card) -> None:
    screen.head("Split by time")
    agencies = tuple(dict.fromkeys(part.agency for part in card.parts))
    for agency in agencies:
        if len(agencies) > 1:
            screen.say(f"{agency}:")
        rows = tuple(_part(part) for part in card.parts if part.agency == agency)
        show_grid(screen, Grid(_PARTS, rows, right=(2, 3, 4, 5, 6), whole=(0, 1)))


def _part(part: Part) -> tuple[str, ...]:
    counts = (part.calls, part.decided, part.authority_used, part.sent, part.sent_authority_used)
    return (PARTS[part.name], day(part.first), *(f"{count:,}" for count in counts))


def _compared(screen: Screen, compared: Sequence[Compared]) -> None:
    screen.head("Compared on the training part, each tested on the time after it")
    rows = tuple(
        (
            f"{'* ' if entry.chosen else '  '}{entry.name}",
            entry.words,
            figure(entry.log_loss),
            figure(entry.brier),
            f"{entry.behind:+.4f} ± {entry.noise:.4f}" if entry.noise else "best",
        )
        for entry in compared
    )
    columns = ("Candidate", "What it is", "Log loss", "Brier", "Behind the best")
    show_grid(screen, Grid(columns, rows, right=(2, 3, 4), whole=(0,)))
    screen.say()
    screen.say("* taken: the simplest within one standard error of the best.")


def _test(screen: Screen, card: Card, model: Model) -> None:
    found = card.test
    screen.head("On all own calls, none of which was learnt from" if model.borrowed else "On the part to test")
    rows = [
        ("calls", f"{found.calls:,}, {found.decided:,} decided"),
        ("sent to a CSO by the rules alone", estimate(found.sent_by_rules)),
        ("sent to a CSO with the model", estimate(found.sent)),
        ("authority used among these, by the rules alone", estimate(found.used_by_rules)),
        ("authority used among these, with the model", estimate(found.used)),
        ("no opinion", f"{sum(found.abstained.values()):,}"),
        *((f"  {reason}", f"{calls:,}") for reason, calls in _most(found.abstained)),
        ("withheld, as the risk reaches the ceiling", f"{found.withheld:,}"),
        ("log loss: model, rate of each type, one rate", _losses(found, "log_loss")),
        ("Brier: model, rate of each type, one rate", _losses(found, "brier")),
        ("expected calibration error", _error(found)),
    ]
    screen.table(("What", "How many"), rows)


def _most(abstained: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(abstained.items(), key=lambda item: (-item[1], item[0]))[:REASONS_SHOWN]


def _losses(found: Performance, name: str) -> str:
    loss = found.log_loss if name == "log_loss" else found.brier
    return ", ".join(figure(value) for value in (loss.model, loss.type_rates, loss.one_rate))


def _error(found: Performance) -> str:
    error = found.calibration_error
    if error.value is None or error.low is None or error.high is None:
        return "-"
    return f"{per_cent(error.value)} ({interval(error.low, error.high)})"


def _elsewhere(place: Path, common: Common) -> str:
    return "" if place.parent == common.agency else f" --model {quoted(str(place))}"
