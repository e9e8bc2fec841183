"""The page about the trained models: every figure from a card, as Markdown."""

from collections.abc import Iterable, Sequence
from textwrap import fill
from typing import Final, NamedTuple

from triage.training.card import Certificate, Error, Estimate, Loss, Performance
from triage.training.sheet import day, figure, interval, listed, per_cent
from triage.training.train import Trained

NOTE: Final = "Made by `make models` from the published tables beside the project; do not edit.\n"
WIDTH: Final = 120
COLUMNS: Final = (
    "model",
    "calls (decided)",
    "to a CSO by rules",
    "with the model",
    "authority used, by rules",
    "with the model",
    "abstained",
    "too risky",
)
LOSSES: Final = (
    "model",
    "decided, with an opinion",
    "calibration error",
    "Brier: model / types / one rate",
    "log loss: model / types / one rate",
)

INTRODUCTION: Final = """\
# The classifier

Rules say what policy allows. History says how often a call like this one ended with sworn authority being used. The
classifier turns that history into a risk; from a ceiling on, a CSO is withheld, and where it has not seen the like it
says so and an officer goes. It can only hold a CSO back: it never sends one.

```console
$ triage model show
```

shows the card of Seattle's model, `triage explain CALL` what each value of a call added to its risk, and
`triage model evaluate FILE` how rules and model do on other calls. `triage train` makes a model from an agency's own
files; [decision 19](decisions/19-a-model-is-a-table-kept-in-the-log.md) says what it is, [decision
20](decisions/20-the-ceiling-is-tested-not-tuned.md) what its ceiling promises, [decision
23](decisions/23-an-agency-without-outcomes-borrows-and-says-so.md) what an agency does that has no outcomes.

How to read what follows:

- *Authority used*: an arrest, a citation but for parking, or a final type that only officers deal with. Every outcome
  followed a sworn response, so no figure says what a CSO would have achieved.
- *Decided*: ended with authority used, or clearly without. Shares of authority used are of these alone: of the other
  calls no closing says it, and a CSO goes to such calls too.
- *Abstained*, *too risky*: calls that the rules give to a CSO on which the model has no opinion, or a risk from the
  ceiling on. An officer goes.
- Intervals are exact (Clopper and Pearson) at 95%, that of the calibration error is a bootstrap's.
- *Types*: one rate for each call type, drawn towards the rate of all: the plain model that a better one has to beat.
"""


class Told(NamedTuple):
    """A model, for whom, and from whom it was learnt beside."""

    title: str
    others: Sequence[str]
    trained: Trained

    @property
    def name(self) -> str:
        """For whom, and from whom."""
        if not self.others:
            return self.title
        how = "borrowed from" if self.trained.model.borrowed else "with"
        return f"{self.title}, {how} {listed(self.others)}"


def page(shipped: Sequence[Told], across: Sequence[Told]) -> str:
    """The whole page."""
    parts = [
        NOTE,
        INTRODUCTION,
        "## On calls that nothing touched before\n",
        _filled(
            "The last part of each agency's calls, in time; for a borrowed model all of the agency's own calls, as none"
            " of them was learnt from."
        ),
        *_tables(shipped),
        _filled(
            "Earlier runs, while the program was written, printed the figures of these parts too. Nothing was chosen by"
            " them. Two numbers were set with the training folds or counts of calls in view, and not before: how"
            " strongly a type's rate is drawn to that of all, and the least number of calls for an opinion (20; it was"
            " 30)."
        ),
        "### What that shows, and what not\n",
        *[_filled(_worth(told), "- ").rstrip() for told in shipped],
        "",
        "## Across agencies: learnt from the others, tried on the one left out\n",
        _filled(
            "What a model knows of a city that it has never seen. These are not shipped, but for Seattle's. A large"
            " calibration error here is why a borrowed ceiling is an assumption and no proof."
        ),
        *_tables(across),
        "## The ceilings\n",
        _table(
            ("model", "ceiling", "calls below it", "authority used", "at most, with 95% confidence", "from calls of"),
            [_ceiling(told) for told in shipped],
        ),
        _filled(
            "Each was chosen on the calibration part alone, by Learn-then-Test with exact binomial p-values and a fixed"
            " sequence. Where none satisfies the limit every CSO is withheld."
        ),
        "## How each model was chosen\n",
        _filled(
            "Log loss on folds of the training part, each tried on the time after it. *Behind* is the mean difference"
            " to the best that ships, call by call, with its standard error; the simplest within one error is taken."
        ),
        *[part for told in shipped for part in _compared(told)],
        "## San Diego's figures, drawn\n",
        "![Reliability curve](classifier/reliability.png)\n",
        "![Risk-coverage curve](classifier/risk-coverage.png)\n",
        "![Share by route over time](classifier/routes.png)\n",
        "## What each card says first\n",
        *[part for told in shipped for part in _caveats(told)],
    ]
    return "\n".join(parts).rstrip() + "\n"


def _tables(all_told: Sequence[Told]) -> list[str]:
    return [
        _table(COLUMNS, [_sent(told.name, told.trained.card.test) for told in all_told]),
        _table(LOSSES, [_off(told.name, told.trained.card.test) for told in all_told]),
    ]


def _sent(name: str, found: Performance) -> tuple[str, ...]:
    return (
        name,
        f"{found.calls:,} ({found.decided:,})",
        _share(found.sent_by_rules),
        _share(found.sent),
        _of(found.used_by_rules),
        _of(found.used),
        f"{sum(found.abstained.values()):,}",
        f"{found.withheld:,}",
    )


def _off(name: str, found: Performance) -> tuple[str, ...]:
    return (name, f"{found.opinions:,}", _error(found.calibration_error), _loss(found.brier), _loss(found.log_loss))


def _worth(told: Told) -> str:
    """What the test of a model shows of the limit, and of what the model does beyond the rules."""
    found, limit = told.trained.card.test, told.trained.card.certificate.limit
    of = f"{told.title}, {_span(told)}"
    if not found.used.of or found.used.high is None:
        return f"{of}: no call that rules and model send to a CSO is decided, so nothing is shown of authority used."
    shown = (
        "more than the limit, so the test alone does not show that it is kept"
        if found.used.high > limit
        else "which keeps to the limit"
    )
    said = (
        f"{of}: authority was used in {found.used.number:,} of {found.used.of:,} decided calls that rules and model"
        f" send to a CSO. As few calls as these leave room for {per_cent(found.used.high)}, {shown}."
    )
    held, held_used = found.used_by_rules.of - found.used.of, found.used_by_rules.number - found.used.number
    if not held:
        return f"{said} The model held back none of the decided calls."
    no_gain = "" if held_used else ": what the model costs is seen here, what it prevents is not"
    return f"{said} Of {held:,} decided calls that the model held back authority was used in {held_used:,}{no_gain}."


def _span(told: Told) -> str:
    """The first and the last day of the calls that the model was tried on."""
    card, agency = told.trained.card, told.trained.model.agency
    tried = next((part for part in card.parts if (part.agency, part.name) == (agency, "test")), None)
    whole = tried or next(source for source in card.sources if source.own)
    first, last = day(whole.first), day(whole.last)
    return first if first == last else f"{first} to {last}"


def _ceiling(told: Told) -> tuple[str, ...]:
    found: Certificate = told.trained.card.certificate
    whom = listed(found.agencies)
    if found.ceiling is None or found.bound is None:
        first = next(iter(found.tested), None)
        below = f"{0 if first is None else first.calls:,}, {found.needed:,} are needed"
        return (told.name, "none", below, "-", "-", whom)
    risk, bound = f"{found.ceiling:.2%}", f"{found.bound:.2%}"
    return (told.name, risk, f"{found.calls:,}", f"{found.authority_used:,}", bound, whom)


def _compared(told: Told) -> list[str]:
    card = told.trained.card
    rows = [
        (
            f"**{one.name}**, taken" if one.chosen else one.name,
            one.words,
            figure(one.log_loss, 3),
            f"{one.behind:+.3f} ({one.noise:.3f})",
        )
        for one in card.compared
    ]
    tried = card.compared[0]
    return [
        f"### {told.name}\n",
        f"{tried.calls:,} calls on {tried.folds} folds.\n",
        _table(("candidate", "what it reads", "log loss", "behind (error)"), rows),
    ]


def _caveats(told: Told) -> Iterable[str]:
    yield f"### {told.title}\n"
    for source in told.trained.card.sources:
        learnt = "learnt from" if source.learnt else "only what its calls look like"
        yield _filled(
            f"{source.agency}, {day(source.first)} to {day(source.last)}: {source.calls:,} calls ({learnt}).", "- "
        ).rstrip()
    yield ""
    for caveat in told.trained.card.caveats:
        yield _filled(caveat, "- ").rstrip()
    yield ""


def _share(found: Estimate) -> str:
    return "-" if found.share is None else f"{per_cent(found.share)} ({found.number:,})"


def _of(found: Estimate) -> str:
    if found.low is None or found.high is None:
        return "0 of 0"
    return f"{found.number:,} of {found.of:,} ({interval(found.low, found.high)}%)"


def _error(found: Error) -> str:
    if found.value is None or found.low is None or found.high is None:
        return "-"
    return f"{found.value:.3f} ({found.low:.3f}-{found.high:.3f})"


def _loss(found: Loss) -> str:
    return " / ".join(figure(value, 3) for value in (found.model, found.type_rates, found.one_rate))


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def _filled(text: str, lead: str = "") -> str:
    return fill(lead + text, WIDTH, subsequent_indent=" " * len(lead)) + "\n"
