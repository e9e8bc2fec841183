"""A model's card in words: what to beware of first, then what it is for, what it learnt from and how it was chosen."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Final

from triage.domain.model import Model
from triage.outcomes import OUTCOMES, WORDS
from triage.outcomes.classes import DECIDED
from triage.training.card import Card, Certificate, Part, PartName, Performance, Source, Tested
from triage.training.figure_words import cuts, performance
from triage.training.sheet import (
    DIGITS,
    NOTHING,
    Block,
    Grid,
    Points,
    Section,
    Words,
    ceiling,
    counted,
    day,
    estimate,
    figure,
    listed,
    per_cent,
)
from triage.training.table_words import NO_NAMES, Names, every_weight, features, no_opinion

TESTED_SHOWN: Final = 8
FILES_SHOWN: Final = 12

INTENDED: Final = (
    "To hold a CSO back where an agency's history says that calls like this one end with sworn authority used.",
    "To say that it does not know, where it has seen too little of the like; the call is then sworn.",
)
FORBIDDEN: Final = (
    "To send a CSO: the rules alone do that, and the model can only take a CSO away.",
    "To judge persons or places, or to say where crime is.",
    "To plan patrols.",
    "To decide on staffing, or to measure or discipline anybody.",
    'To be read as "needs an officer": a risk is how often authority was used, by officers who were sent.',
)
TEST_PART: Final = "On the test part, which training and calibration never saw"
OWN_CALLS: Final = "On the agency's own calls, none of which was learnt from"
COVERS: Final = (
    "What this covers: calls of which the outcome is known, judged as they were first reported with nothing asked, as"
    " long as calls to come are like those calibrated on."
)
PARTS: Final[Mapping[PartName, str]] = {"train": "to train", "calibrate": "to calibrate", "test": "to test"}


def account(card: Card, model: Model, digest: str, names: Names = NO_NAMES) -> tuple[Section, ...]:
    """All that a card and its model say, the caveats first; `digest` is the model file's."""
    return (
        Section("Read this first", (_caveats(card.caveats), Words(in_short(card.test, model.ceiling), weighty=True))),
        Section("What it is for", (Points(INTENDED),)),
        Section("What it must not be used for", (Points(FORBIDDEN),)),
        _data(card.sources),
        _split(card.parts),
        _comparison(card),
        features(model, names),
        no_opinion(model, names),
        _ceiling(card.certificate),
        *performance(card.test, OWN_CALLS if model.borrowed else TEST_PART),
        cuts(card.test),
        every_weight(model, names),
        _identity(card, model, digest),
    )


def in_short(found: Performance, ceiling: float | None) -> str:
    """What rules and model made of the calls, in two sentences."""
    rules = (
        f"Of {counted(found.calls, 'call')} the rules alone send {found.sent_by_rules.number:,} to a CSO;"
        f" authority was used in {estimate(found.used_by_rules)} of those whose outcome is known."
    )
    if ceiling is None:
        return f"{rules} No ceiling satisfied the limit, so with the model none of them goes to a CSO."
    return f"{rules} With the model {found.sent.number:,} still go, and authority was used in {estimate(found.used)}."


def _caveats(caveats: Sequence[str]) -> Block:
    return Points(tuple(caveats)) if caveats else Words("The card names no caveat. Every model has some: ask for them.")


def _data(sources: Sequence[Source]) -> Section:
    agencies = Grid(
        ("Agency", "Outcomes", "From", "To", "Calls"),
        tuple(
            (
                source.agency + ("" if source.own else " (another agency)"),
                "learnt from" if source.learnt else "not learnt from",
                day(source.first),
                day(source.last),
                f"{source.calls:,}",
            )
            for source in sources
        ),
        right=(4,),
        whole=(2, 3),
    )
    files = Grid(
        ("Agency", "File", "Rows", "SHA-256"),
        tuple(
            (source.agency, file.name, f"{file.rows:,}", f"{file.sha256[:DIGITS]}...")
            for source in sources
            for file in source.files
        ),
        right=(2,),
        whole=(3,),
        what="files",
        shown=FILES_SHOWN,
    )
    return Section("What it learnt from", (agencies, *(_outcomes(source) for source in sources), files))


def _outcomes(source: Source) -> Grid:
    """How the calls of one agency ended; only decided ones say anything of authority."""
    all_calls = source.calls or 1
    return Grid(
        ("Outcome", "Calls", "Share", "In the figures"),
        tuple(
            (
                WORDS[outcome],
                f"{source.outcomes[outcome]:,}",
                per_cent(source.outcomes[outcome] / all_calls),
                "decided" if outcome in DECIDED else "left out",
            )
            for outcome in OUTCOMES
            if source.outcomes.get(outcome)
        ),
        right=(1, 2),
        caption=f"How the calls of {source.agency} ended",
    )


def _split(parts: Sequence[Part]) -> Section:
    grids = [
        Grid(
            ("Part", "From", "To", "Calls", "Decided", "Authority\nused", "CSO by rules,\ndecided", "Authority\nused"),
            tuple(
                (
                    PARTS[part.name],
                    day(part.first),
                    day(part.last),
                    f"{part.calls:,}",
                    f"{part.decided:,}",
                    _of(part.authority_used, part.decided),
                    f"{part.sent:,}",
                    _of(part.sent_authority_used, part.sent),
                )
                for part in found
            ),
            right=(3, 4, 5, 6, 7),
            whole=(0, 1, 2),
            caption=agency,
        )
        for agency, found in groupby(parts, key=lambda part: part.agency)
    ]
    why = "By time, never shuffled: each part is later than the one before. The ceiling rests on the second part alone."
    return Section("How its calls were split", (Words(why), *grids))


def _comparison(card: Card) -> Section:
    rows = tuple(
        (
            f"{'* ' if row.chosen else ''}{row.name}",
            row.words,
            figure(row.log_loss),
            f"{row.behind:+.4f} ± {row.noise:.4f}" if row.noise else "best",
            figure(row.brier),
        )
        for row in card.compared
    )
    grid = Grid(("Candidate", "What it is", "Log loss", "Behind the best", "Brier"), rows, right=(2, 3, 4), whole=(0,))
    if not rows:
        return Section("How it was chosen", (Words("Nothing was compared."),))
    first = card.compared[0]
    how = (
        "* chosen: the simplest whose log loss is within one standard error of the best (Breiman and others 1984)."
        f" Compared on the training part alone, {counted(first.folds, 'fold')} each tested on the time after it,"
        f" {counted(first.calls, 'call')}."
    )
    plain = (
        f"To compare with: one rate for all calls is {per_cent(card.one_rate)};"
        f" there is a plain rate for {counted(len(card.type_rates), 'type')}."
    )
    return Section("How it was chosen", (grid, Words(how), Words(plain)))


def _ceiling(certificate: Certificate) -> Section:
    limit, confidence = per_cent(certificate.limit), f"{certificate.confidence:.0%}"
    what = (
        f"The limit: of the calls that rules and model together send to a CSO, at most {limit} may end with authority"
        f" used, with {confidence} confidence. It takes at least {counted(certificate.needed, 'call')} without any"
        f" authority used to show that. Method: {certificate.method.rstrip('.')}."
        f" Calls of: {listed(certificate.agencies)}."
    )
    return Section(
        "The ceiling",
        (
            Words(_found(certificate), weighty=True),
            Words(what),
            _tested(certificate.tested),
            Words(COVERS),
        ),
    )


def _found(certificate: Certificate) -> str:
    """Which ceiling it is, with the figures that it rests on."""
    limit = per_cent(certificate.limit)
    if certificate.ceiling is None:
        return f"No ceiling satisfied the limit of {limit}: every CSO is withheld. {_why_none(certificate)}"
    bound = NOTHING if certificate.bound is None else per_cent(certificate.bound)
    return (
        f"From a risk of {ceiling(certificate.ceiling)} on a CSO is withheld. Below it, in the part to calibrate,"
        f" authority was used in {certificate.authority_used:,} of {counted(certificate.calls, 'call')}; with"
        f" {certificate.confidence:.0%} confidence that is at most {bound} (exact binomial), and the limit is {limit}."
    )


def _why_none(certificate: Certificate) -> str:
    if not certificate.tested:
        return "There was no call to test a ceiling with."
    first = certificate.tested[0]
    return (
        f"The first that was tested, {ceiling(first.ceiling)}, sends {counted(first.calls, 'decided call')} of the part"
        f" to calibrate to a CSO, with authority used in {first.authority_used:,}: that does not show it."
    )


def _tested(tested: Sequence[Tested]) -> Block:
    if not tested:
        return Words("No ceiling could be tested.")
    rows = tuple(
        (
            ceiling(one.ceiling),
            f"{one.calls:,}",
            _of(one.authority_used, one.calls),
            figure(one.p_value),
            "satisfied" if one.satisfied else "not satisfied",
        )
        for one in tested
    )
    columns = ("Ceiling", "Sent to a CSO", "Authority used", "p-value", "The limit is")
    caption = "Ceilings in the order in which they were tested, up to the first that does not satisfy the limit"
    return Grid(columns, rows, right=(0, 1, 2, 3), caption=caption, what="ceilings", shown=TESTED_SHOWN, from_end=True)


def _identity(card: Card, model: Model, digest: str) -> Section:
    rows = (
        ("name", model.name),
        ("agency", model.agency),
        ("outcomes of the agency", "none: it is borrowed" if model.borrowed else "learnt from"),
        ("features", listed(card.features)),
        ("made with", card.trained_by),
        ("made for rules (digest)", model.routing),
        ("its numbers (digest)", model.digest),
        ("model file (digest)", digest),
    )
    return Section("Which model this is", (Grid(("What", "Which"), rows),))


def _of(number: int, of: int) -> str:
    return f"{number:,} ({per_cent(number / of)})" if of else f"{number:,}"
